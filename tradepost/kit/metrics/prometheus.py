"""The numbers in the client library of Prometheus, and as the text that Prometheus reads.

Several processes answer at one address, so a look meets any of them. Where they share a folder,
each keeps its numbers in files of its own there, and whichever is asked adds all of them up.
"""

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import structlog
from django.db import DatabaseError

from tradepost.kit.metrics import Count, Number, Spread, all_readings

log = structlog.get_logger(__name__)

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # where the library looks for it, as it is imported


class Keeper:
    """Keeps the numbers of this process. A metric is made when its number is first counted."""

    def __init__(self, shared_folder: str) -> None:
        if shared_folder:
            Path(shared_folder).mkdir(mode=0o700, parents=True, exist_ok=True)
            os.environ[SHARED_FOLDER] = shared_folder
        from prometheus_client import CollectorRegistry

        self._folder = shared_folder
        self._registry = CollectorRegistry()
        self._metrics: dict[str, Any] = {}
        self._values: dict[tuple[str, tuple[str, ...]], Any] = {}
        self._making = threading.Lock()

    def value_of(self, number: Number, labels: tuple[str, ...]) -> Any:
        """Return what counts this number under these labels."""
        value = self._values.get((number.name, labels))
        return value if value is not None else self._find(number, labels)

    def write_text(self) -> bytes:
        """Return everything in the form that Prometheus reads."""
        from prometheus_client import CollectorRegistry, generate_latest

        readings = CollectorRegistry()
        readings.register(Readings())
        counted = self._all_processes() if self._folder else self._registry
        return bytes(generate_latest(counted)) + bytes(generate_latest(readings))

    def _find(self, number: Number, labels: tuple[str, ...]) -> Any:
        with self._making:
            metric = self._metrics.get(number.name)
            if metric is None:
                metric = self._metrics[number.name] = self._make(number)
            value = metric.labels(*labels) if labels else metric
            self._values[number.name, labels] = value
        return value

    def _make(self, number: Number) -> Any:
        from prometheus_client import Counter, Gauge, Histogram

        said = (number.name, number.text, number.labels)
        if isinstance(number, Count):
            return Counter(*said, registry=self._registry)
        if isinstance(number, Spread):
            return Histogram(*said, registry=self._registry, buckets=number.bounds)
        return Gauge(*said, registry=self._registry, multiprocess_mode="livesum")

    def _all_processes(self) -> Any:
        from prometheus_client import CollectorRegistry
        from prometheus_client.multiprocess import MultiProcessCollector

        _forget_the_dead(Path(self._folder))
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=self._folder)  # type: ignore[no-untyped-call]
        return registry


class Readings:
    """Asks for the readings; one that cannot be had is left out, and the others still come."""

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import GaugeMetricFamily

        for reading in all_readings():
            family = GaugeMetricFamily(reading.name, reading.text, labels=reading.labels)
            try:
                values = reading.read()
            except DatabaseError as error:
                log.warning("metrics.not_read", number=reading.name, error=type(error).__name__)
                continue
            for labels, value in values.items():
                family.add_metric(labels, value)
            yield family


def _forget_the_dead(folder: Path) -> None:
    """Take away the levels of processes that were killed; what they have counted stays counted."""
    from prometheus_client.multiprocess import mark_process_dead

    for file in folder.glob("gauge_live*.db"):
        number = file.stem.rpartition("_")[2]
        if number.isdigit() and not _lives(int(number)):
            mark_process_dead(int(number), str(folder))  # type: ignore[no-untyped-call]


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's, but there
        return True
    return True
