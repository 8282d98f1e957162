"""Put a backup back."""

from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tradepost.feed.actions.epochs import begin_new_epoch
from tradepost.kit.backups import BackupRefused, restore_backup


class Command(BaseCommand):
    help = (
        "Makes database and uploaded files what a backup says, and brings the tables up to date. "
        "Everything else that uses the database must be stopped."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--force", action="store_true", help="replace what the database holds now"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            manifest = restore_backup(path=options["file"].absolute(), force=options["force"])
        except (BackupRefused, OSError) as error:
            raise CommandError(str(error)) from error
        call_command("migrate", verbosity=0, interactive=False)
        begin_new_epoch()
        cache.clear()
        self.stdout.write(f"The backup of {manifest.made_at} is back. Next: manage.py audit")
