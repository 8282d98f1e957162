"""The file of a backup: a tar archive whose first member, the manifest, describes all others."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

FORMAT = 1
MANIFEST = "manifest.json"
MOST_MANIFEST_BYTES = 1 << 30
PIECE_BYTES = 1 << 20
# No part begins with a dot: nothing leads out of the folder that it is unpacked into.
NAME = re.compile(r"(?:[\w-][\w .-]*/){0,9}[\w-][\w .-]*")


class BackupRefused(Exception):
    """A backup that cannot be made or put back, with a sentence for the operator."""


@dataclass(frozen=True)
class Manifest:
    """What is in a backup. ``files`` has the SHA-256 of each member by its name; ``migrations`` are
    those that the database had, as (app, name); ``media`` is false where a bucket has the files."""

    made_at: str
    version: str
    vendor: str
    database: str
    media: bool
    migrations: list[tuple[str, str]]
    files: Mapping[str, str]
    format: int = FORMAT


def write_archive(path: Path, *, manifest: Manifest, folder: Path) -> None:
    """Write the files below ``folder`` that the manifest names; the archive is there whole or not
    at all, and for its owner only."""
    part = path.with_name(f"{path.name}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            with tarfile.open(fileobj=file, mode="w|") as archive:
                _add(archive, MANIFEST, json.dumps(asdict(manifest)).encode())
                for name in manifest.files:
                    archive.add(folder / name, arcname=name, recursive=False)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def read_manifest(path: Path) -> Manifest:
    """Return what a backup says of itself. Raises BackupRefused for a file that is none."""
    with _opened(path) as archive:
        first = archive.next()
        content = archive.extractfile(first) if first and first.name == MANIFEST else None
        if content is None:
            raise BackupRefused(f"{path} is not a backup of ours: it has no manifest.")
        return _parse(path, content.read(MOST_MANIFEST_BYTES))


def unpack(path: Path, *, manifest: Manifest, folder: Path) -> None:
    """Unpack a backup into an empty folder. Raises BackupRefused, and the folder is to be thrown
    away, unless each file is there once, unchanged, and nothing else is."""
    seen: set[str] = set()
    with _opened(path) as archive:
        for member in archive:
            if member.name == MANIFEST and not seen:
                continue
            wanted = manifest.files.get(member.name)
            content = archive.extractfile(member) if member.isreg() else None
            if wanted is None or content is None or member.name in seen:
                raise BackupRefused(f"{path} holds {member.name!r}, which its manifest does not.")
            if _write(content, folder / member.name) != wanted:
                raise BackupRefused(f"{member.name} is damaged: its checksum is another.")
            seen.add(member.name)
    if missing := sorted(manifest.files.keys() - seen):
        raise BackupRefused(f"{path} is not whole: {missing[0]} is missing.")


def checksum_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _opened:
    """An archive to be read from front to back; whatever is wrong with it is BackupRefused."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> tarfile.TarFile:
        try:
            self.archive = tarfile.open(self.path, mode="r:")
        except (OSError, tarfile.TarError) as error:
            raise BackupRefused(f"{self.path} cannot be read as a backup: {error}") from error
        return self.archive

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self.archive.close()
        if isinstance(error, tarfile.TarError | EOFError):
            raise BackupRefused(f"{self.path} is damaged: {error}") from error


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o600
    archive.addfile(member, io.BytesIO(content))


def _parse(path: Path, content: bytes) -> Manifest:
    with suppress(ValueError, TypeError):
        manifest = Manifest(**json.loads(content))
        if manifest.format != FORMAT:
            raise BackupRefused(
                f"{path} has format {manifest.format}; this version reads {FORMAT}."
            )
        if manifest.database in manifest.files and all(map(NAME.fullmatch, manifest.files)):
            return manifest
    raise BackupRefused(f"{path} is not a backup of ours: its manifest makes no sense.")


def _write(content: IO[bytes], path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with path.open("xb") as file:
        for piece in _pieces(content):
            digest.update(piece)
            file.write(piece)
    return digest.hexdigest()


def _pieces(content: IO[bytes]) -> Iterator[bytes]:
    while piece := content.read(PIECE_BYTES):
        yield piece
