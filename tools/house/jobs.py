"""J1: jobs live in ``tasks.py``, bear their app's name, and are asked for as they are declared.

An action names a job by a string, so no import and no type checker sees a wrong name or argument.
"""

import ast
from collections.abc import Iterator

from tools.house.sources import Facts, Function, Source, declared_jobs, first_text, names_in

OF_ENQUEUE = {"dedupe_key", "run_at"}


def check_jobs(source: Source, facts: Facts) -> Iterator[tuple[int, str]]:
    """Find jobs in the wrong place and requests that no job can answer."""
    for name, function in declared_jobs(source):
        if source.place != "tasks":
            yield function.lineno, f"the job {name!r} belongs into tasks.py"
        if not name.startswith(f"{source.app}."):
            yield function.lineno, f"the job {name!r} must be called {source.app}.something"
    for call in source.calls:
        if names_in(call.func)[-1] == "enqueue":
            yield from ((call.lineno, fault) for fault in _faults(call, facts))


def _faults(call: ast.Call, facts: Facts) -> Iterator[str]:
    name = first_text(call)
    if name is None:
        return
    if name not in facts.jobs:
        yield f"no job is called {name!r}"
        return
    given = {item.arg for item in call.keywords if item.arg} - OF_ENQUEUE
    asked, needed = _arguments(facts.jobs[name])
    if unknown := sorted(given - asked):
        yield f"the job {name!r} takes no {', '.join(unknown)}"
    spread = any(item.arg is None for item in call.keywords)
    if not spread and (missing := sorted(needed - given)):
        yield f"the job {name!r} needs {', '.join(missing)}"


def _arguments(function: Function) -> tuple[set[str], set[str]]:
    """Return all keywords that the job takes, and those without a default."""
    keywords = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
    asked = {arg.arg: default for arg, default in keywords}
    return set(asked), {name for name, default in asked.items() if default is None}
