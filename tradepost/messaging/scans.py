"""Scans that a file must pass before it is kept.

Whoever runs the market registers theirs, from an ``apps.py``: a virus scanner, say. A scan gets the
file as it will be kept (pictures cleaned already), before anything is written and outside of any
transaction, so it may take a moment. One that fails keeps the file out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.files import File

Scan = Callable[..., None]  # (*, file: File, name: str, mime_type: str) -> None

_scans: list[Scan] = []


def register_scan(scan: Scan) -> None:
    """Have every file pass ``scan(file=…, name=…, mime_type=…)``, which raises FileRefused."""
    _scans.append(scan)


def scan_file(*, file: File[Any], name: str, mime_type: str) -> None:
    """Raise FileRefused when a scan of this house does; leave the file at its beginning."""
    for scan in _scans:
        file.seek(0)
        scan(file=file, name=name, mime_type=mime_type)
    file.seek(0)
