"""Fill the catalogue for trying things out at size."""

from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tradepost.core.actions.seeds import seed_catalogue
from tradepost.kit.batches import Tally
from tradepost.kit.management.progress import Progress

MOST_PRODUCTS = 1_000_000


def number_of_products(text: str) -> int:
    """Read a number from 1 to MOST_PRODUCTS."""
    if not (text.isdecimal() and 1 <= int(text) <= MOST_PRODUCTS):
        raise ArgumentTypeError(f"must be a number from 1 to {MOST_PRODUCTS:,}")
    return int(text)


class Command(BaseCommand):
    help = "Populates the database with collections and products"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--products", type=number_of_products, default=1000, metavar="NUMBER",
            help="how many; 1000 without it",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write("Populating the database...")
        self.stdout.flush()
        tally = self._seed(options["products"])
        self.stdout.write(
            f"{tally.created} products created, {tally.updated} updated, "
            f"{tally.unchanged} unchanged."
        )

    def _seed(self, products: int) -> Tally:
        progress = Progress(self.stdout, total=products)
        tally = Tally()
        for tally in seed_catalogue(products=products):
            progress.show(done=tally.rows, rows=tally.rows)
        progress.clear()
        return tally
