"""Audit the rows of the database."""

from collections.abc import Iterable, Iterator
from time import monotonic
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tradepost.kit.audit import MOST_COUNTED, Finding, Invariant, audit, list_invariants
from tradepost.kit.management.progress import Progress


class Command(BaseCommand):
    help = (
        "Looks whether everything that must be true of the rows is true, and names those of which "
        "it is not. Changes nothing; ends with status 1 when it has found something."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "names", nargs="*", metavar="INVARIANT", help="look for these only; all without any"
        )
        parser.add_argument("--json", action="store_true", help="a machine reads it")
        parser.add_argument("--list", action="store_true", help="say what is looked for")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            invariants = list_invariants(options["names"])
        except LookupError as error:
            raise CommandError(f"{str(error).capitalize()}. Try --list.") from error
        if options["list"]:
            self._list(invariants)
            return
        started = monotonic()
        findings = list(self._look(invariants))
        bad = [found for found in findings if found.count]
        if options["json"]:
            self.stdout.write(_as_json(findings))
        else:
            self._tell(findings, bad, monotonic() - started)
        if bad:
            raise SystemExit(1)

    def _list(self, invariants: Iterable[Invariant]) -> None:
        for invariant in invariants:
            self.stdout.write(f"{invariant.name}: {invariant.sentence}")

    def _look(self, invariants: list[Invariant]) -> Iterator[Finding]:
        progress = Progress(self.stderr, total=len(invariants))
        rows = 0
        for done, found in enumerate(audit(invariants), start=1):
            rows += found.count
            progress.show(done=done, rows=rows)
            yield found
        progress.clear()

    def _tell(self, findings: list[Finding], bad: list[Finding], seconds: float) -> None:
        for found in bad:
            invariant, hidden = found.invariant, found.count - len(found.rows)
            self.stdout.write(f"{invariant.name}: {_number(found.count)} against it.")
            self.stdout.write(f"  {invariant.sentence}")
            for row in found.rows:
                self.stdout.write(f"  - {row}")
            if hidden:
                self.stdout.write(f"  ... and {_number(hidden)} more")
        verdict = f"{len(bad)} broken" if bad else "all of them hold"
        self.stdout.write(f"{len(findings)} invariants, {verdict} ({seconds:.1f} s).")


def _number(count: int) -> str:
    return f"{count:,} or more" if count >= MOST_COUNTED else f"{count:,}"


def _as_json(findings: Iterable[Finding]) -> str:
    shown = [
        {
            "name": found.invariant.name,
            "sentence": found.invariant.sentence,
            "count": found.count,
            "rows": found.rows,
        }
        for found in findings
    ]
    return orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode()
