"""Files in a bucket that speaks S3, instead of a local folder (the extra ``s3``).

One bucket holds both kinds. Nothing is given an access list: a file is private as the bucket is,
and a policy of the bucket lets everybody read what lies in the public folders (``policy_of``).
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from botocore.config import Config
from botocore.exceptions import ClientError
from storages.backends.s3 import S3Storage

from tradepost.kit.uploads import MIME_TYPES

PRIVATE_SECONDS = 60  # for which a signed address of a private file is good
ROLLED_BYTES = 1_048_576  # of a file that is read stay in memory, the rest goes to the disk
REFUSALS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
UNKNOWN = "application/octet-stream"


class Bucket(S3Storage):  # type: ignore[misc]  # django-storages has no types
    """The default storage in a bucket.

    Files below ``public_folders`` have lasting addresses, at ``public_url`` if that is given;
    ``url`` of any other file is a signed one that is good for a minute.
    """

    def __init__(
        self, *, public_folders: Iterable[str], public_url: str = "", **options: Any
    ) -> None:
        endpoint = options.get("endpoint_url")
        config = Config(
            signature_version="s3v4",
            connect_timeout=5,
            read_timeout=20,
            retries={"mode": "standard", "max_attempts": 3},
            # Bucket names in front of somebody's own host name lead nowhere, and not everybody
            # who speaks S3 knows the newer checksums.
            s3={"addressing_style": "path" if endpoint else "virtual"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        super().__init__(
            client_config=config,
            file_overwrite=False,
            default_acl=None,
            querystring_expire=PRIVATE_SECONDS,
            max_memory_size=ROLLED_BYTES,
            **options,
        )
        self.public_folders = tuple(public_folders)
        self.public_url = (public_url or self._own_address()).rstrip("/")

    def is_public(self, name: str) -> bool:
        """Return whether everybody may read a file of this name."""
        return name.startswith(tuple(f"{folder}/" for folder in self.public_folders))

    def url(self, name: str | None, *args: Any, **kwargs: Any) -> str:
        if self.is_public(tidy := posixpath.normpath(name or "")):
            return f"{self.public_url}/{quote(tidy)}"
        return str(super().url(name, *args, **kwargs))

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """A name that nobody has had: to look whether one is free, and then to write, would let
        two at once take the same."""
        stem, ending = posixpath.splitext(name.replace("\\", "/"))
        return str(super().get_available_name(self.get_alternative_name(stem, ending), max_length))

    def get_modified_time(self, name: str) -> datetime:
        try:
            modified: datetime = super().get_modified_time(name)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.NOT_FOUND:
                raise FileNotFoundError(name) from error
            raise
        return modified

    def get_object_parameters(self, name: str) -> dict[str, Any]:
        """What a file is follows from its ending, which was checked; not from who sent it."""
        kind = MIME_TYPES.get(name.rpartition(".")[2].lower(), UNKNOWN)
        public = self.is_public(posixpath.relpath(name, self.location or "."))
        kept = "public, max-age=31536000, immutable" if public else "private, no-store"
        return {"ContentType": kind, "CacheControl": kept}

    def is_readable_by_strangers(self, name: str) -> bool:
        """Ask the bucket for a file without saying who asks."""
        key = posixpath.join(self.location, name)
        try:
            self.unsigned_connection.Object(self.bucket_name, key).get()
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in REFUSALS:
                return False
            raise
        return True

    def _own_address(self) -> str:
        if self.endpoint_url:
            root = f"{self.endpoint_url.rstrip('/')}/{self.bucket_name}"
        else:
            region = self.region_name or "us-east-1"
            root = f"https://{self.bucket_name}.s3.{region}.amazonaws.com"
        return f"{root}/{self.location}" if self.location else root


def policy_of(storage: Bucket) -> str:
    """Return the policy, as JSON, by which everybody may read the public folders and no other."""
    within = f"{storage.bucket_name}/{storage.location}".rstrip("/")
    statement = {
        "Sid": "PublicPictures",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": [f"arn:aws:s3:::{within}/{folder}/*" for folder in storage.public_folders],
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)
