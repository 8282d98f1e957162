"""The data folder of the embedded mode, and the secret that lives in it."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key


def make_data_dir(folder: Path) -> Path:
    """Return the folder as an absolute path, made if it is missing, closed to other users."""
    folder = folder.absolute()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "static").mkdir(exist_ok=True)  # WhiteNoise warns when it is missing
    return folder


def read_or_make_secret(file: Path) -> str:
    """Return the secret in ``file``; the first process to ask writes a random one."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text().strip()
    with os.fdopen(descriptor, "w") as handle:
        handle.write(get_random_secret_key())
    return file.read_text().strip()


SHORTEST_TOKEN = 16
OFF, ON = ("", "off", "no", "false", "0"), ("on", "yes", "true", "1")


def read_token(said: str, *, file: Path) -> str:
    """Return the token that opens ``/metrics``, empty when there is no such page.

    ``on`` makes one in ``file``. Raises ImproperlyConfigured for one that could be guessed.
    """
    if said.lower() in OFF:
        return ""
    if said.lower() in ON:
        return read_or_make_secret(file)
    if len(said) < SHORTEST_TOKEN:
        raise ImproperlyConfigured(
            f"METRICS is off, on, or a token of {SHORTEST_TOKEN} or more characters."
        )
    return said
