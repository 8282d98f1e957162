"""Identifiers that sort by time and tell nobody how many there are."""

import os
import time
from uuid import UUID

MILLISECOND = 1_000_000  # in nanoseconds


def uuid7() -> UUID:
    """Return a UUID of version 7 (RFC 9562): 48 bits of Unix milliseconds, 12 bits of the part of a
    millisecond, so that ids sort by time to a quarter of a microsecond, and 62 random bits."""
    milliseconds, rest = divmod(time.time_ns(), MILLISECOND)
    part = (rest << 12) // MILLISECOND
    random = int.from_bytes(os.urandom(8), "big") >> 2
    time_and_version = (milliseconds & 0xFFFFFFFFFFFF) << 16 | 0x7000 | part
    return UUID(int=time_and_version << 64 | 0b10 << 62 | random)
