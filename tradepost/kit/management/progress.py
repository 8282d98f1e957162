"""Showing how far a long command is."""

from django.core.management.base import OutputWrapper

WIDTH = 30  # characters of the bar
STRIDE = 1000  # rows between two lines where there is no terminal


class Progress:
    """A bar that redraws itself on a terminal; elsewhere a line per thousand rows."""

    def __init__(self, out: OutputWrapper, *, total: int) -> None:
        """``total`` is what ``done`` will reach, in any unit; 0 when nobody knows."""
        self.out = out
        self.total = total
        self.draws = out.isatty()
        self.told = 0

    def show(self, *, done: int, rows: int) -> None:
        """Say that ``done`` of the total and so many rows are behind us."""
        if self.draws:
            self.out.write(f"\r{self._bar(done)} {rows:,} rows", ending="")
            self.out.flush()
        elif rows // STRIDE > self.told:
            self.told = rows // STRIDE
            self.out.write(f"{rows:,} rows")

    def clear(self) -> None:
        """Take the bar away, for a line of text to come."""
        if self.draws:
            self.out.write("\r\x1b[K", ending="")

    def _bar(self, done: int) -> str:
        part = min(done / self.total, 1.0) if self.total else 0.0
        full = int(part * WIDTH)
        return f"[{'#' * full}{'-' * (WIDTH - full)}] {part:4.0%}"
