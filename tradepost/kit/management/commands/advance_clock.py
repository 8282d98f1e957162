"""``manage.py advance_clock 3d``: let a sandbox run ahead, to see what time brings."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_duration

from tradepost.kit.clock import NoSandbox, advance

UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Command(BaseCommand):
    help = "Advance the clock of a sandbox (SANDBOX=on): holds end, stays are over, and so on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("by", help="such as 30m, 12h, 14d, or an ISO 8601 duration (P1DT2H)")

    def handle(self, *args: Any, by: str, **options: Any) -> None:
        try:
            present = advance(by=_read(by))
        except NoSandbox as error:
            raise CommandError(
                "Only the clock of a sandbox can be advanced: SANDBOX=on."
            ) from error
        except (ValueError, OverflowError) as error:
            raise CommandError(f"Not a time to go forward by: {by}") from error
        self.stdout.write(f"It is {present:%Y-%m-%d %H:%M} now, in UTC.")


def _read(text: str) -> timedelta:
    if text[:-1].isdigit() and text[-1] in UNITS:
        return timedelta(**{UNITS[text[-1]]: int(text[:-1])})
    found = parse_duration(text)
    if found is None:
        raise ValueError(text)
    return found
