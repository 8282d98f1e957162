"""The data folder of the embedded mode, and the secret that lives in it."""

import os
from pathlib import Path

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
