"""The environment, and the file ``.env`` of the checkout."""

from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = environ.Env()
env.read_env(BASE_DIR / ".env")


def read_log_file(*, default: Path | None) -> Path | None:
    """Return the absolute path in ``LOG_FILE``; None when it says ``off``."""
    named = env.str("LOG_FILE", default="")
    if named == "off":
        return None
    return Path(named).absolute() if named else default
