"""Where uploaded files are kept: a folder of the machine, or the bucket in ``STORAGE_URL``."""

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.settings.environment import env

PUBLIC_FOLDERS = ["store", "stays"]  # of pictures that everybody may see; all others are private


def read_storage() -> dict[str, Any]:
    """Return what ``STORAGES["default"]`` is. Raises ImproperlyConfigured for a strange address."""
    address = env.str("STORAGE_URL", default="")
    if not address:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    parts = urlsplit(address)
    if parts.scheme != "s3" or not parts.hostname or parts.username or parts.query:
        raise ImproperlyConfigured(
            "STORAGE_URL is s3://bucket or s3://bucket/folder; the keys stand in AWS_…."
        )
    return {
        "BACKEND": "tradepost.kit.buckets.Bucket",
        "OPTIONS": {
            "bucket_name": parts.hostname,
            "location": parts.path.strip("/"),
            "public_folders": PUBLIC_FOLDERS,
            "public_url": env.str("STORAGE_PUBLIC_URL", default=""),
            # Without keys, boto3 asks the machine's role.
            "access_key": env.str("AWS_ACCESS_KEY_ID", default="") or None,
            "secret_key": env.str("AWS_SECRET_ACCESS_KEY", default="") or None,
            "region_name": env.str("AWS_REGION", default="") or None,
            "endpoint_url": env.str("AWS_ENDPOINT_URL", default="") or None,
        },
    }


def origin_of_pictures(storage: dict[str, Any]) -> str:
    """Return the origin from which browsers load pictures; "" for the site's own."""
    options = storage.get("OPTIONS")
    if not options:
        return ""
    region = options["region_name"] or "us-east-1"
    aws = f"https://{options['bucket_name']}.s3.{region}.amazonaws.com"
    shown = urlsplit(options["public_url"] or options["endpoint_url"] or aws)
    return f"{shown.scheme}://{shown.netloc}"
