"""Background work of messaging."""

from uuid import UUID

from django.core.files.storage import default_storage
from django.utils import timezone

from tradepost.kit.jobs import enqueue, job
from tradepost.messaging.actions.attachments import make_thumbnail as make_thumbnail_of
from tradepost.messaging.actions.attachments import sweep_stray_files, sweep_unsent_files
from tradepost.messaging.actions.edits import purge_deleted_messages
from tradepost.messaging.actions.erasure import erase_portion
from tradepost.messaging.models.search import MESSAGE_TEXTS

MINUTE, HOUR, DAY = 60, 3600, 86_400


@job("messaging.make_thumbnail", lease_seconds=2 * MINUTE)
def make_thumbnail(*, attachment_id: str) -> None:
    """Make the small form of a picture that was uploaded."""
    make_thumbnail_of(attachment_id=UUID(attachment_id))


@job("messaging.remove_files")
def remove_files(*, names: list[str]) -> None:
    """Remove files whose rows are gone."""
    for name in names:
        default_storage.delete(name)


@job("messaging.finish_erasure", lease_seconds=10 * MINUTE)
def finish_erasure(*, user_id: str) -> None:
    """Forget the rest of what somebody wrote, and the words in the files of the index."""
    while erase_portion(user_id=UUID(user_id), now=timezone.now()):
        pass  # in portions, as below
    MESSAGE_TEXTS.forget()


@job("messaging.sweep_unsent_files", every_seconds=HOUR, lease_seconds=10 * MINUTE)
def sweep_unsent() -> None:
    """Remove files that nobody sent for ``settings.KEEP_UNSENT_FILES_HOURS``."""
    while sweep_unsent_files(now=timezone.now()):
        pass  # in portions, so that nobody waits long for one


@job("messaging.sweep_stray_files", every_seconds=DAY, lease_seconds=10 * MINUTE)
def sweep_strays() -> None:
    """Remove files that no row knows."""
    sweep_stray_files(now=timezone.now())


@job("messaging.purge_deleted", every_seconds=HOUR, lease_seconds=10 * MINUTE)
def purge_deleted() -> None:
    """Forget what was taken back ``settings.KEEP_DELETED_HOURS`` ago."""
    if purge_deleted_messages(now=timezone.now()):
        while purge_deleted_messages(now=timezone.now()):
            pass  # in portions, as above
        enqueue("messaging.forget_searched_text")


@job("messaging.forget_searched_text", every_seconds=DAY, lease_seconds=HOUR)
def forget_searched_text() -> None:
    """Take what no message says any more out of the files of the search index.

    Purging asks for it; the schedule is for what was changed, or deleted by hand. No transaction is
    open: others write in between.
    """
    MESSAGE_TEXTS.forget()
