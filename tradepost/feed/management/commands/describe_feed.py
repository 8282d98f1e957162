"""Write down what the feed carries."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tradepost.feed.schema import schema_of_rows


class Command(BaseCommand):
    help = "Writes the JSON schema of the feed's rows, with every kind of event."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--file", help="where to, instead of the standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        schema = json.dumps(schema_of_rows(), indent=2, ensure_ascii=False)
        if options["file"]:
            Path(options["file"]).write_text(f"{schema}\n", encoding="utf-8")
        else:
            self.stdout.write(schema)
