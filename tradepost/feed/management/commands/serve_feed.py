"""A process for the live connections of the feed, beside the ones that serve HTTP."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tradepost.kit.http.server import run


class Command(BaseCommand):
    help = "Serves /ws/v1/feed/ and /api/v1/feed/stream/ (and HTTP, for small ones); no jobs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8001)

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"The feed is served at {options['host']}:{options['port']}")
        self.stdout.flush()
        run(host=options["host"], port=options["port"])
