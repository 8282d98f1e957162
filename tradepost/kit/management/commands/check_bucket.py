"""Whether a bucket keeps private files to itself, asked of the bucket and not of its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError, CommandParser

if TYPE_CHECKING:
    from tradepost.kit.buckets import Bucket

PRIVATE_FOLDERS = ("messaging/attachments", "accounts/exports")


class Command(BaseCommand):
    help = (
        "Writes a file into each folder of the bucket in STORAGE_URL, looks as a stranger which of "
        "them can be read, and removes them. Ends with status 1 when one is not as it should be."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--policy", action="store_true", help="only print the policy that the bucket needs"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.STORAGES["default"]["BACKEND"].endswith("Bucket"):
            raise CommandError("Files are kept in a folder of this machine: STORAGE_URL is empty.")
        # Not at the top: it needs the extra "s3".
        from tradepost.kit.buckets import Bucket, policy_of

        storage = storages["default"]
        assert isinstance(storage, Bucket)
        if options["policy"]:
            self.stdout.write(policy_of(storage))
            return
        wrong = [line for folder in storage.public_folders if (line := _look(storage, folder))]
        wrong += [line for folder in PRIVATE_FOLDERS if (line := _look(storage, folder))]
        if wrong:
            advice = "The bucket needs the policy that --policy prints, and no other."
            raise CommandError("\n".join([*wrong, advice]))
        self.stdout.write("The bucket shows pictures to everybody, and nothing else.")


def _look(storage: Bucket, folder: str) -> str:
    """Return what is wrong with who can read a folder; "" for nothing."""
    name = storage.save(f"{folder}/look-{uuid4().hex}.txt", ContentFile(b"looked"))
    try:
        shown = storage.is_readable_by_strangers(name)
    finally:
        storage.delete(name)
    if shown and not storage.is_public(name):
        return f"Strangers can read {folder}/, which is private."
    if not shown and storage.is_public(name):
        return f"Browsers cannot read {folder}/, where pictures are."
    return ""
