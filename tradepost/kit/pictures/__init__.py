"""Pictures of something: rows of an app, each with a file in the default storage.

An app has a table made of ``AbstractPicture`` (``models.py``) and says in its actions what a
picture belongs to, who may keep how many, and what is announced; ``files.py`` does the rest:
files are clean, get names that nobody can guess, come before their row and go after it.
"""

from tradepost.kit.pictures.files import (
    files_of,
    make_variants,
    remove_files,
    stored_picture,
    sweep_files,
)
from tradepost.kit.pictures.models import AbstractPicture, picture_field

__all__ = [
    "AbstractPicture",
    "files_of",
    "make_variants",
    "picture_field",
    "remove_files",
    "stored_picture",
    "sweep_files",
]
