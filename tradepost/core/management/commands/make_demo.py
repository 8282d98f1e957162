"""Make the demo data."""

import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tradepost.core.actions.demo import make_demo_data
from tradepost.core.management.logs import only_warnings


class Command(BaseCommand):
    help = "Fills an empty database with a small shop, places to stay, people, and what they do."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--password", help="for everybody; a random one without it")

    def handle(self, *args: Any, **options: Any) -> None:
        password = options["password"] or secrets.token_urlsafe(9)
        self.stdout.write("Making the demo data ...")
        self.stdout.flush()
        with only_warnings():
            made = make_demo_data(password=password)
        if not made.made:
            self.stdout.write("There are people already: nothing was changed.")
            return
        self.stdout.write(
            f"{made.products} products, {made.people} people, {made.orders} orders, "
            f"{made.messages} messages, {made.places} places to stay, {made.stays} stays."
        )
        self.stdout.write(f"guest, host and admin sign in with the password {password}")
