"""What happens here, in numbers for Prometheus. Without ``METRICS`` nothing is counted or imported.

A number is declared where it happens, at the top of its module, and counted there; what a database
knows better than any process is a ``Reading``, asked for when somebody looks. docs/observability.md
says what each means. ``prometheus.py`` keeps them once ``switch_on`` was called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tradepost.kit.metrics.prometheus import Keeper

Values = Mapping[tuple[str, ...], float]

declared: dict[str, Number] = {}
_keeper: Keeper | None = None


def switch_on(*, shared_folder: str = "") -> Keeper:
    """Begin to count; processes that name one ``shared_folder`` are counted together."""
    global _keeper  # noqa: PLW0603 - one for a process
    from tradepost.kit.metrics.prometheus import Keeper  # its library is an extra

    _keeper = Keeper(shared_folder)
    return _keeper


def switch_off() -> None:
    """Count no longer, and forget what was counted."""
    global _keeper  # noqa: PLW0603
    _keeper = None


def write_text() -> bytes:
    """Return all numbers in the form that Prometheus reads; nothing while nothing is counted."""
    return _keeper.write_text() if _keeper is not None else b""


class Number:
    """A number with a name, one value for each combination of ``labels``.

    Labels are words of ours, of which there are few: no ids, no addresses, nothing that a client
    could make up.
    """

    def __init__(self, name: str, text: str, labels: Iterable[str] = ()) -> None:
        if name in declared:
            raise ValueError(f"the number {name!r} is declared already")
        self.name, self.text, self.labels = name, text, tuple(labels)
        declared[name] = self


class Count(Number):
    """Grows only."""

    def add(self, *labels: str, by: float = 1) -> None:
        """Count one more, or ``by`` more."""
        if _keeper is not None:
            _keeper.value_of(self, labels).inc(by)


class Level(Number):
    """Rises and falls; that of several processes is the sum of those that live."""

    def change(self, by: float, *labels: str) -> None:
        """Raise it, or lower it."""
        if _keeper is not None:
            _keeper.value_of(self, labels).inc(by)


class Spread(Number):
    """How often something was how large, by the upper ``bounds`` of buckets."""

    def __init__(
        self, name: str, text: str, labels: Iterable[str] = (), *, bounds: tuple[float, ...]
    ) -> None:
        super().__init__(name, text, labels)
        self.bounds = bounds

    def note(self, value: float, *labels: str) -> None:
        """Count one of this size."""
        if _keeper is not None:
            _keeper.value_of(self, labels).observe(value)


class Reading(Number):
    """What ``read`` returns, by labels, whenever somebody looks."""

    def __init__(
        self, name: str, text: str, labels: Iterable[str] = (), *, read: Callable[[], Values]
    ) -> None:
        super().__init__(name, text, labels)
        self.read = read


def all_readings() -> list[Reading]:
    """Return those that are asked for when somebody looks."""
    return [number for number in declared.values() if isinstance(number, Reading)]
