"""Import a list of places to stay."""

import os
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tradepost.accounts.models import User
from tradepost.kit.batches import Tally
from tradepost.kit.management.progress import Progress
from tradepost.kit.tables import NotATable, TableBreaksOff, open_text
from tradepost.stays.actions.imports import import_listings


class Command(BaseCommand):
    help = (
        "Imports places to stay from a table in CSV, as Inside Airbnb publishes them. Bad rows are "
        "reported and left out. Nobody is told. Importing again changes only what is different."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--host", metavar="USERNAME",
            help="who offers the new places; without, accounts are made for the hosts in FILE",
        )  # fmt: skip
        parser.add_argument(
            "--draft", action="store_true", help="new places are not shown to guests yet"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        host = _find_host(options["host"])
        try:
            with path.open("rb") as file:
                tally = self._import(path, file, host=host, is_draft=options["draft"])
        except OSError as error:
            raise CommandError(f"Cannot read {path}: {error.strerror}.") from error
        self.stdout.write(str(tally))

    def _import(self, path: Path, file: BinaryIO, *, host: User | None, is_draft: bool) -> Tally:
        progress = Progress(self.stdout, total=os.fstat(file.fileno()).st_size)
        stream = open_text(file)
        tally = Tally()
        try:
            for step in import_listings(stream=stream, host=host, is_draft=is_draft):
                tally = step.tally
                if step.bad_rows:
                    progress.clear()
                for bad_row in step.bad_rows:
                    self.stderr.write(str(bad_row))
                progress.show(done=file.tell(), rows=tally.rows)
        except NotATable as error:
            raise CommandError(f"{path}: {error} Nothing was changed.") from error
        except TableBreaksOff as error:
            progress.clear()
            raise CommandError(
                f"{path} breaks off at {error.place}: {error}. "
                f"{tally.imported} rows before it went in."
            ) from error
        progress.clear()
        return tally


def _find_host(username: str | None) -> User | None:
    if username is None:
        return None
    rows = User.objects.filter(is_active=True, role__in=[User.Role.HOST, User.Role.ADMIN])
    host: User | None = rows.filter(username__iexact=username).first()
    if host is None:
        raise CommandError(f"There is no host called {username}.")
    return host
