"""Keep the database and the uploaded files in one file."""

from datetime import UTC
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tradepost.kit.backups import BackupRefused, Manifest, write_backup

STEM = "tradepost"


class Command(BaseCommand):
    help = "Writes database and uploaded files to one file, while everybody goes on working."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "path", type=Path, metavar="FOLDER|FILE",
            help="a new file, or a folder, where the file is called by its time",
        )  # fmt: skip
        parser.add_argument(
            "--keep", type=int, metavar="N",
            help="of the backups in the folder, leave the newest N",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        path, keep = options["path"].absolute(), options["keep"]
        if keep is not None and (keep < 1 or not path.is_dir()):
            raise CommandError("--keep takes a folder, and leaves at least one backup in it.")
        now = timezone.now()
        name = f"{STEM}-{now.astimezone(UTC):%Y%m%dT%H%M%S}Z.tar"
        file = path / name if path.is_dir() else path
        try:
            manifest = write_backup(path=file, now=now)
        except (BackupRefused, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{file}: {_described(file, manifest)}")
        if keep is not None:
            self._remove_older(path, keep)

    def _remove_older(self, folder: Path, keep: int) -> None:
        for old in sorted(folder.glob(f"{STEM}-????????T??????Z.tar"))[:-keep]:
            old.unlink()
            self.stdout.write(f"{old} is removed.")


def _described(file: Path, manifest: Manifest) -> str:
    size = file.stat().st_size / 1e6
    files = len(manifest.files) - 1
    media = f"{files:,} uploaded files" if manifest.media else "no files, which the bucket has"
    return f"{size:,.1f} MB, {manifest.vendor}, {media}"
