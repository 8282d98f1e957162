"""Runs all rules over all files, minus what is allowed in place."""

import io
import re
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path

from tools.house import (
    actions,
    domain,
    jobs,
    lists,
    migrations,
    reads,
    shape,
    signals,
    writes,
)
from tools.house.sources import Facts, Finding, Source, collect_facts, read_sources

Rule = Callable[[Source, Facts], Iterator[tuple[int, str]]]

RULES: dict[str, Rule] = {
    "A1": actions.check_actions,
    "D1": domain.check_domain_imports,
    "E1": domain.check_side_effects,
    "G1": lists.check_ordering,
    "J1": jobs.check_jobs,
    "N1": shape.check_names,
    "R1": reads.check_reads,
    "S1": signals.check_signals,
    "T1": shape.check_sizes,
    "W1": writes.check_writes,
}
OF_MIGRATIONS: dict[str, Rule] = {"M1": migrations.check_migrations}
ALLOWANCE = re.compile(r"#\s*house:\s*allow\s+(?P<rule>\w+)(?:\s+because\s+(?P<reason>\S.*))?")


def check_house(package: Path) -> list[Finding]:
    """Return what breaks the rules in this package, ordered by place."""
    sources = read_sources(package)
    facts = collect_facts(sources)
    findings = [
        finding
        for source in sources
        if source.place != "tests"
        for finding in _check(source, facts)
    ]
    return sorted(findings, key=lambda finding: (finding.path, finding.line, finding.rule))


def _check(source: Source, facts: Facts) -> Iterator[Finding]:
    allowed = _allowances(source)
    used = set()
    rules = OF_MIGRATIONS if source.place == "migrations" else RULES
    for name, rule in rules.items():
        for line, message in rule(source, facts):
            if (line, name) in allowed:
                used.add((line, name))
            else:
                yield Finding(source.path, line, name, message)
    for (line, name), reason in allowed.items():
        if not reason:
            yield Finding(source.path, line, "H1", f"say why {name} is allowed: because ...")
        elif (line, name) not in used:
            yield Finding(source.path, line, "H1", f"nothing here needs {name} to be allowed")


def _allowances(source: Source) -> dict[tuple[int, str], str]:
    allowed = {}
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        if token.type == tokenize.COMMENT and (found := ALLOWANCE.search(token.string)):
            allowed[token.start[0], found["rule"]] = found["reason"] or ""
    return allowed
