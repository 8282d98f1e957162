"""What a command leaves unsaid."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def only_warnings() -> Iterator[None]:
    """Log nothing below a warning in this block: made-up data is no news."""
    root = logging.getLogger()
    level = root.level
    root.setLevel(max(level, logging.WARNING))
    try:
        yield
    finally:
        root.setLevel(level)
