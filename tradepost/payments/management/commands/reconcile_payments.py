"""Ask the providers for the truth."""

import sys
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tradepost.kit import clock
from tradepost.payments.exchange import reconcile
from tradepost.payments.queries import list_recent, list_unsettled

EVERYTHING = 1_000_000


class Command(BaseCommand):
    help = (
        "Asks the providers how payments and refunds stand that are not at their end, takes that "
        "in, and says what differed. Ends with status 1 if something has to be looked at."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--hours", type=int, help="all that was begun or changed in the last N hours instead"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now, hours = clock.now(), options["hours"]
        if hours is None:
            ids = list_unsettled(before=now, limit=EVERYTHING)
        else:
            ids = list_recent(since=now - timedelta(hours=hours))
        problems = 0
        for found in reconcile(payment_ids=ids, now=now):
            line = f"payment {found.payment_id}: {found.was} -> {found.now}"
            self.stdout.write(f"{line}: {found.problem}" if found.problem else line)
            problems += bool(found.problem)
        self.stdout.write(f"{len(ids)} payments were asked for, {problems} need a look.")
        if problems:
            sys.exit(1)
