"""Export the catalogue of products."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tradepost.core.catalogue.export import export_catalogue
from tradepost.core.catalogue.formats import Format
from tradepost.store.models import Collection, Product


class Command(BaseCommand):
    help = (
        "Writes products with their tags, without reviews and pictures, as import_products reads "
        "them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", default="-", metavar="FILE", help="- to print")
        parser.add_argument(
            "--format", choices=[*Format], help="by the ending of FILE without it, or JSON"
        )
        parser.add_argument("--collection", type=int, metavar="ID", help="of this one only")

    def handle(self, *args: Any, **options: Any) -> None:
        products = Product.objects.all()
        if (collection := options["collection"]) is not None:
            if not Collection.objects.filter(pk=collection).exists():
                raise CommandError(f"There is no collection {collection}.")
            products = products.filter(collection=collection)
        name: str = options["file"]
        format = Format(options["format"]) if options["format"] else Format.by_name(name)
        text = export_catalogue(products=products, format=format)
        if name == "-":
            for part in text:
                self.stdout.write(part, ending="")
        else:
            self._write(Path(name), text)

    def _write(self, path: Path, text: Iterator[str]) -> None:
        """Write all of it under another name first: half a catalogue must not pass for a whole."""
        unfinished = path.with_name(f"{path.name}.part")
        try:
            with unfinished.open("w", encoding="utf-8", newline="") as file:
                file.writelines(text)
            unfinished.replace(path)
        except OSError as error:
            raise CommandError(f"Cannot write {path}: {error.strerror}.") from error
        self.stdout.write(f"Written to {path}.")
