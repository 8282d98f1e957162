"""T1 and N1: what fits on a screen, under a name that says what it is."""

from collections.abc import Iterator

from tools.house.sources import Facts, Source

MOST_LINES_OF_FUNCTION = 40
MOST_LINES_OF_FILE = 400
SAYS_NOTHING = {"utils", "util", "helpers", "helper", "misc", "common", "manager", "managers"}


def check_sizes(source: Source, facts: Facts) -> Iterator[tuple[int, str]]:
    """T1: find functions and files that are too long."""
    lines = len(source.text.splitlines())
    if lines > MOST_LINES_OF_FILE:
        yield 1, f"{lines} lines; make it a package ({MOST_LINES_OF_FILE})"
    for function in source.functions:
        length = (function.end_lineno or function.lineno) - function.lineno + 1
        if length > MOST_LINES_OF_FUNCTION:
            yield (
                function.lineno,
                f"{function.name} has {length} lines; name its steps ({MOST_LINES_OF_FUNCTION})",
            )


def check_names(source: Source, facts: Facts) -> Iterator[tuple[int, str]]:
    """N1: find modules whose name would fit anything."""
    for part in source.path.with_suffix("").parts:
        if part in SAYS_NOTHING:
            yield 1, f"{part!r} says nothing; name the module after what is in it"
