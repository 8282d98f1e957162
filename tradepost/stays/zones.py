"""Which date it is where.

At one moment there are at most three dates on earth: that of UTC, and in some zones the day before
or after it.
"""

import zoneinfo
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache

NO_ZONES = ",,"


def zones_by_shift(now: datetime) -> Mapping[int, str]:
    """Return the time zones whose date is that of UTC less one day (-1), the same (0), or plus one
    day (1): their names, each between commas."""
    return _zones_by_shift(now.astimezone(UTC).replace(second=0, microsecond=0))


@lru_cache(maxsize=16)
def _zones_by_shift(minute: datetime) -> Mapping[int, str]:
    """Clocks are put forward and back on the minute: within one, nobody's date changes."""
    found: dict[int, list[str]] = defaultdict(list)
    for name in zone_names():
        local = minute.astimezone(zoneinfo.ZoneInfo(name)).date()
        found[(local - minute.date()).days].append(name)
    return {shift: f",{','.join(found[shift])}," for shift in (-1, 0, 1)}


@cache
def zone_names() -> list[str]:
    """Return all time zones by name; to look for them takes some files to be read."""
    return sorted(zoneinfo.available_timezones())
