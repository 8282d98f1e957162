"""Making a backup, while everybody goes on working."""

from __future__ import annotations

import os
import shutil
import tomllib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

import tradepost
from tradepost.kit.backups.archive import NAME, BackupRefused, Manifest, checksum_of, write_archive
from tradepost.kit.backups.databases import has_tables, keeper_of

MEDIA = "media"


def write_backup(*, path: Path, now: datetime) -> Manifest:
    """Write database and uploaded files to a new file at ``path`` and return what is in it.

    The database is of one moment. A file of every row is in the backup: files are written before
    their rows, so they are collected before and after that moment. Raises BackupRefused.
    """
    if path.exists():
        raise BackupRefused(f"{path} is there already.")
    if not has_tables():
        raise BackupRefused("The database is empty: there is nothing to keep.")
    keeper = keeper_of(connection.vendor)
    with TemporaryDirectory(prefix=".backup-", dir=_beside_the_media()) as named:
        folder = Path(named)
        _collect_media(folder)
        migrations = sorted(MigrationRecorder(connection).applied_migrations())
        keeper.save(folder / keeper.file)
        _collect_media(folder)
        names = [keeper.file, *sorted(_names_in(folder / MEDIA, folder))]
        manifest = Manifest(
            made_at=now.isoformat(timespec="seconds"),
            version=version(),
            vendor=connection.vendor,
            database=keeper.file,
            media=has_local_media(),
            migrations=migrations,
            files={name: checksum_of(folder / name) for name in names},
        )
        write_archive(path, manifest=manifest, folder=folder)
    return manifest


def has_local_media() -> bool:
    """Return whether uploaded files lie on this machine; a bucket is not ours to copy."""
    return isinstance(default_storage, FileSystemStorage)


def version() -> str:
    """Return the version of this code."""
    file = Path(tradepost.__file__).parents[1] / "pyproject.toml"
    return str(tomllib.loads(file.read_text())["project"]["version"]) if file.exists() else ""


def _beside_the_media() -> Path:
    """Return a folder on the media's file system, where a second name for a file costs nothing."""
    folder = Path(settings.MEDIA_ROOT if has_local_media() else settings.DATA_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _collect_media(folder: Path) -> None:
    """Give every uploaded file that is not collected yet a second name below ``folder``."""
    if not has_local_media():
        return
    root = Path(settings.MEDIA_ROOT)
    for name in _names_in(root, root):
        target = folder / MEDIA / name
        if not target.exists() and NAME.fullmatch(name):
            target.parent.mkdir(parents=True, exist_ok=True)
            _link(root / name, target)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileNotFoundError:  # removed since it was listed, with its row
        return
    except OSError:  # a file system without second names
        shutil.copyfile(source, target)


def _names_in(folder: Path, root: Path) -> Iterator[str]:
    for where, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            yield (Path(where) / name).relative_to(root).as_posix()
