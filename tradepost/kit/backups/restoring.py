"""Putting a backup back. Everything is looked at before anything is touched."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader

from tradepost.kit.backups.archive import BackupRefused, Manifest, read_manifest, unpack
from tradepost.kit.backups.databases import has_tables, keeper_of
from tradepost.kit.backups.writing import MEDIA, has_local_media


def restore_backup(*, path: Path, force: bool) -> Manifest:
    """Make database and uploaded files what the backup says; return what it says of itself.

    Only ``force`` replaces what is in a database. Nobody else may use it meanwhile. Uploaded files
    of later times are left where they are, for the sweeps. Raises BackupRefused, having changed
    nothing.
    """
    manifest = read_manifest(path)
    _refuse_what_does_not_fit(manifest)
    if has_tables() and not force:
        raise BackupRefused("The database is not empty. --force replaces everything in it.")
    Path(settings.DATA_DIR).mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".restore-", dir=settings.DATA_DIR) as named:
        folder = Path(named)
        unpack(path, manifest=manifest, folder=folder)
        _put_media_back(folder / MEDIA)  # before the rows: one file too many is no harm
        connections.close_all()
        keeper_of(manifest.vendor).load(folder / manifest.database)
    return manifest


def _refuse_what_does_not_fit(manifest: Manifest) -> None:
    if manifest.vendor != connection.vendor:
        raise BackupRefused(f"The backup is one of {manifest.vendor}, not of {connection.vendor}.")
    if manifest.media and not has_local_media():
        raise BackupRefused("The backup has files for a local folder, but STORAGE_URL is a bucket.")
    known = MigrationLoader(None)
    names = known.disk_migrations.keys() | known.replacements.keys()
    ours = {app for app, _ in known.disk_migrations}
    unknown = sorted(
        {f"{a}.{n}" for a, n in manifest.migrations if a in ours and (a, n) not in names}
    )
    if unknown:
        raise BackupRefused(f"The backup is of newer code: {unknown[0]} is not known here.")


def _put_media_back(folder: Path) -> None:
    if folder.exists():
        shutil.copytree(folder, settings.MEDIA_ROOT, dirs_exist_ok=True)
