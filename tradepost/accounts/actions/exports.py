"""Copies of one's own data. The file is written before its row is ready and removed after the row,
by a job: whatever dies in between leaves a file too many, which the sweep finds."""

from datetime import datetime, timedelta
from tempfile import TemporaryFile
from uuid import UUID, uuid4

from django.core.files import File
from django.core.files.storage import default_storage

from tradepost.accounts.actions.users import lock_account
from tradepost.accounts.models import Export, User
from tradepost.accounts.personal_data import write_archive
from tradepost.accounts.queries import find_export
from tradepost.kit.jobs import enqueue
from tradepost.kit.transactions import atomic

FOLDER = "accounts/exports"
A_NEW_ONE_AFTER = timedelta(days=1)
KEPT = timedelta(days=7)
GIVEN_UP_AFTER = timedelta(hours=6)  # when the job has had all its tries
SPARED = timedelta(days=1)  # a file this young may belong to an export that is being made


def ensure_export(  # house: allow A1 because a look, which clients repeat, locks nothing
    *, user: User, now: datetime
) -> Export:
    """Return the export of the user's data, asked for now if there is none. Raises AccountClosed.

    One that has failed, or that nobody may fetch any more, counts as none.
    """
    return find_export(user=user, now=now) or _ensure_locked(user, now)


@atomic
def ask_for_export(*, user: User, now: datetime) -> Export:
    """Have the user's data collected anew. Raises AccountClosed.

    One at a time and one a day: until then the one that there is is returned.
    """
    lock_account(user)
    present = find_export(user=user, now=now)
    is_new = present is not None and now - present.asked_at < A_NEW_ONE_AFTER
    if present is not None and (is_new or present.state == Export.State.ASKED):
        return present
    return _begin(user, now)


def make_export(  # house: allow A1 because the archive is written outside
    *, export_id: UUID, now: datetime
) -> None:
    """Write the archive and make it ready; nothing, if it is already or the account has gone."""
    asked = Export.objects.filter(pk=export_id, state=Export.State.ASKED)
    export = asked.select_related("user").first()
    if export is None:
        return
    with TemporaryFile() as archive:
        write_archive(archive, user=export.user)
        archive.seek(0)
        name = default_storage.save(f"{FOLDER}/{uuid4().hex}.zip", File(archive))
    if not _finish(export_id, name, now):
        default_storage.delete(name)


@atomic
def end_exports(*, now: datetime) -> None:
    """Take the exports away that were there long enough, and give up those that came to nothing."""
    Export.objects.filter(expires_at__lte=now).delete()  # the signal of a row removes its file
    hopeless = Export.objects.filter(state=Export.State.ASKED, asked_at__lt=now - GIVEN_UP_AFTER)
    hopeless.update(state=Export.State.FAILED)


@atomic
def forget_export_file(*, name: str) -> None:
    """Have the file of an export removed, once what is done here is committed."""
    enqueue("accounts.remove_export_file", name=name)


def sweep_export_files(*, now: datetime) -> int:  # house: allow A1 because it touches files only
    """Remove files that no row knows, but the youngest, and return how many."""
    known = set(Export.objects.values_list("file", flat=True))
    strays = [name for name in _list_files() if name not in known and _is_older(name, now - SPARED)]
    for name in strays:
        default_storage.delete(name)
    return len(strays)


@atomic
def _ensure_locked(user: User, now: datetime) -> Export:
    lock_account(user)
    return find_export(user=user, now=now) or _begin(user, now)


def _begin(user: User, now: datetime) -> Export:
    Export.objects.filter(user=user).delete()
    export: Export = Export.objects.create(user=user, asked_at=now)
    key = f"export:{export.pk}"
    enqueue("accounts.make_export", dedupe_key=key, export_id=str(export.pk))
    return export


@atomic
def _finish(export_id: UUID, name: str, now: datetime) -> bool:
    """Make the export ready, unless somebody else has or the account was closed meanwhile."""
    asked = Export.objects.filter(pk=export_id, state=Export.State.ASKED)
    if not asked.update(state=Export.State.READY, file=name, ready_at=now, expires_at=now + KEPT):
        return False
    enqueue("accounts.send_export_ready", export_id=str(export_id))
    return True


def _list_files() -> list[str]:
    try:
        _, names = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return []
    return [f"{FOLDER}/{name}" for name in names]


def _is_older(name: str, moment: datetime) -> bool:
    try:
        return default_storage.get_modified_time(name) < moment
    except FileNotFoundError:  # removed since the folder was read
        return False
