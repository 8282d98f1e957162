"""The embedded mode: one command, one process, one port."""

import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tradepost.core.actions.demo import make_demo_data
from tradepost.core.management.logs import only_warnings
from tradepost.core.queries import has_people
from tradepost.kit.http.server import run

WELCOME = """
  {opening:<22} {url}
  API documentation:     {url}/api/v1/docs/
  Data and mails:        {data_dir}

  Ctrl-C stops it. Nothing is lost.
"""

DEMO = """
  Three people can sign in, all with the password  {password}
    guest   buys
    host    answers for the shop
    admin   may do everything ({url}/admin/)

  Place an order from a second terminal:

    API={url}/api/v1 JSON='Content-Type: application/json'
    TOKEN=$(curl -s $API/auth/jwt/create/ -H "$JSON" \\
      -d '{{"username": "guest", "password": "{password}"}}' \\
      | sed 's/.*"access":"\\([^"]*\\).*/\\1/')
    CART=$(curl -s -X POST $API/store/carts/ | sed 's/.*"id":"\\([^"]*\\).*/\\1/')
    curl -s $API/store/carts/$CART/items/ -H "$JSON" -d '{{"product_id": 1, "quantity": 2}}'
    curl -s $API/store/orders/ -H "$JSON" -H "Authorization: JWT $TOKEN" \\
      -d "{{\\"cart_id\\": \\"$CART\\"}}"
"""


class Command(BaseCommand):
    help = "Serves the whole product from this one process: pages, API, background jobs."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=settings.PORT)

    def handle(self, *args: Any, **options: Any) -> None:
        self._migrate()
        url = f"http://{options['host']}:{options['port']}"
        password = self._make_demo() if settings.DEMO else None
        self.stdout.write(
            WELCOME.format(
                opening=f"{settings.SITE_NAME} is open:", url=url, data_dir=settings.DATA_DIR
            )
        )
        if password:
            self.stdout.write(DEMO.format(url=url, password=password))
        self.stdout.flush()
        run(host=options["host"], port=options["port"])

    def _migrate(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self._say("Preparing the database ...")
            call_command("migrate", verbosity=0, interactive=False)

    def _make_demo(self) -> str | None:
        """Make the demo data on an empty database; return the password while demo people exist."""
        file = Path(settings.DATA_DIR) / "demo-password"
        password = file.read_text().strip() if file.exists() else secrets.token_urlsafe(9)
        if not has_people():
            self._say("Making demo data ...")
        with only_warnings():
            made = make_demo_data(password=password).made
        if made:
            file.touch(mode=0o600)
            file.write_text(password + "\n")
        return password if file.exists() else None

    def _say(self, line: str) -> None:
        """Print a line before the work that it announces, in a pipe too."""
        self.stdout.write(line)
        self.stdout.flush()
