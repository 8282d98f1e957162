"""Import a catalogue of products."""

import os
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tradepost.core.actions.imports import import_products
from tradepost.core.catalogue.formats import Format
from tradepost.core.errors import CatalogueBreaksOff, NotACatalogue
from tradepost.kit.batches import Tally
from tradepost.kit.management.progress import Progress
from tradepost.kit.tables import open_text


class Command(BaseCommand):
    help = (
        "Imports products, with reviews and tags, from a JSON array or JSON Lines, or without "
        "reviews from a table in CSV. Bad rows are reported and left out. Importing again changes "
        "only what is different."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--format", choices=[*Format], help="by the ending of FILE without it, or JSON"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        format = Format(options["format"]) if options["format"] else Format.by_name(path.name)
        try:
            with path.open("rb") as file:
                tally = self._import(path, file, format)
        except OSError as error:
            raise CommandError(f"Cannot read {path}: {error.strerror}.") from error
        self.stdout.write(str(tally))

    def _import(self, path: Path, file: BinaryIO, format: Format) -> Tally:
        progress = Progress(self.stdout, total=os.fstat(file.fileno()).st_size)
        stream = open_text(file)
        tally = Tally()
        try:
            for step in import_products(stream=stream, format=format):
                tally = step.tally
                if step.bad_rows:
                    progress.clear()
                for bad_row in step.bad_rows:
                    self.stderr.write(str(bad_row))
                progress.show(done=file.tell(), rows=tally.rows)
        except NotACatalogue as error:
            raise CommandError(f"{path}: {error} Nothing was changed.") from error
        except CatalogueBreaksOff as error:
            progress.clear()
            raise CommandError(
                f"{path} breaks off at {error.place}: {error}. "
                f"{tally.imported} rows before it went in."
            ) from error
        progress.clear()
        return tally
