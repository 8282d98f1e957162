"""Files of messages behind the doors: thumbnails, sweeps, and what happens in between."""

import os
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from tradepost.accounts.actions.users import close_account
from tradepost.accounts.errors import AccountClosed
from tradepost.feed.models import Pointer
from tradepost.kit.jobs import kinds
from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.kit.models import Job
from tradepost.kit.tests.pictures import picture_bytes, upload
from tradepost.messaging.actions import attachments
from tradepost.messaging.actions.attachments import (
    delete_file,
    keep_file,
    make_thumbnail,
    sweep_stray_files,
    sweep_unsent_files,
    upload_file,
)
from tradepost.messaging.actions.edits import (
    delete_message,
    purge_deleted_messages,
    restore_message,
)
from tradepost.messaging.errors import (
    FileRefused,
    NoSuchAttachment,
    NoSuchFile,
    NotDeleted,
    TooManyUnsentFiles,
)
from tradepost.messaging.files import stored_file
from tradepost.messaging.models import Attachment, Conversation, Message
from tradepost.messaging.tests.factories import make_conversation, say

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def talk(ann, bob) -> Conversation:
    return make_conversation(ann, bob)


def stored() -> list[str]:
    if not default_storage.exists("messaging/attachments"):
        return []
    return sorted(default_storage.listdir("messaging/attachments")[1])


def names_of(*rows: Attachment) -> list[str]:
    for row in rows:
        row.refresh_from_db()
    names = [str(name) for row in rows for name in (row.file, row.thumbnail) if name]
    return sorted(name.rpartition("/")[2] for name in names)


def text(name: str = "note.txt"):
    return upload(b"note", name)


def ready_events(user) -> list[dict[str, object]]:
    pointers = Pointer.objects.filter(user=user, event__kind="attachment.ready")
    return [pointer.event.data for pointer in pointers.select_related("event")]


def make_old(*names: str) -> None:
    long_ago = (timezone.now() - timedelta(days=2)).timestamp()
    for name in names:
        os.utime(default_storage.path(f"messaging/attachments/{name}"), (long_ago, long_ago))


def test_a_file_is_written_and_known(ann):
    attachment = upload_file(uploader=ann, file=text())

    assert stored() == names_of(attachment)
    with default_storage.open(attachment.file.name) as file:
        assert file.read() == b"note"


def test_a_refused_file_leaves_nothing(ann, settings):
    with pytest.raises(FileRefused):
        upload_file(uploader=ann, file=upload(b"x", "x.exe"))
    settings.MOST_UNSENT_FILES = 0
    with pytest.raises(TooManyUnsentFiles):
        upload_file(uploader=ann, file=text())

    assert stored() == []


def test_an_account_that_was_closed_meanwhile_keeps_no_file(ann):
    with pytest.raises(AccountClosed), stored_file(text()) as stored_meanwhile:
        close_account(user=ann)
        keep_file(uploader=ann, stored=stored_meanwhile)

    assert stored() == []
    assert not Attachment.objects.exists()


def test_too_many_at_once_are_refused_at_the_end_too(ann, settings):
    settings.MOST_UNSENT_FILES = 1

    with pytest.raises(TooManyUnsentFiles), stored_file(text()) as late:
        upload_file(uploader=ann, file=text())
        keep_file(uploader=ann, stored=late)

    assert stored() == names_of(Attachment.objects.get())


def test_a_document_needs_no_thumbnail(ann):
    upload_file(uploader=ann, file=text())

    assert not Job.objects.exists()


def test_a_thumbnail_of_a_file_that_is_not_sent_is_no_news(ann, talk):
    attachment = upload_file(uploader=ann, file=upload())

    make_thumbnail(attachment_id=attachment.pk)
    make_thumbnail(attachment_id=attachment.pk)

    assert len(stored()) == 2
    assert stored() == names_of(attachment)
    assert ready_events(ann) == []


def test_readers_are_told_of_the_thumbnail_of_a_file_that_was_sent_before(ann, bob, talk):
    attachment = upload_file(uploader=ann, file=upload())
    message = say(ann, talk, attachment_ids=[attachment.pk])
    talk.refresh_from_db()
    before = talk.version

    run_due_jobs()

    talk.refresh_from_db()
    told = {
        "conversation": str(talk.pk),
        "message": str(message.pk),
        "attachment": str(attachment.pk),
    }
    assert (ready_events(ann), ready_events(bob)) == ([told], [told])
    assert talk.version == before + 1


def test_a_file_that_is_sent_while_its_thumbnail_is_made_gets_it_and_its_news(
    ann, bob, talk, monkeypatch
):
    attachment = upload_file(uploader=ann, file=upload())
    keep, tries = attachments._keep_thumbnail, []

    def keep_late(*args):
        tries.append(args)
        if len(tries) == 1:  # the look finds it unsent, the lock would find it sent
            monkeypatch.setattr(Message.objects, "filter", lambda **_: Message.objects.none())
            say_meanwhile()
            found = keep(*args)
            monkeypatch.undo()
            return found
        return keep(*args)

    def say_meanwhile():
        Message.objects.create(conversation=talk, seq=1, sender=ann, client_id="x", request_hash="")
        Attachment.objects.update(message=Message.objects.get())

    monkeypatch.setattr(attachments, "_keep_thumbnail", keep_late)
    make_thumbnail(attachment_id=attachment.pk)

    assert len(stored()) == 2
    assert stored() == names_of(attachment)
    assert len(ready_events(bob)) == 1


def test_a_picture_that_is_removed_while_it_is_made_smaller_leaves_nothing(ann, monkeypatch):
    attachment = upload_file(uploader=ann, file=upload())
    shrink = attachments.shrink

    def shrink_slowly(file, *, longest_side):
        delete_file(uploader=ann, attachment_id=attachment.pk)
        return shrink(file, longest_side=longest_side)

    monkeypatch.setattr(attachments, "shrink", shrink_slowly)
    make_thumbnail(attachment_id=attachment.pk)
    run_due_jobs()

    assert stored() == []
    assert not Job.objects.exclude(state=Job.State.DONE).exists()


def test_a_picture_whose_file_went_first_is_no_failure(ann, monkeypatch):
    attachment = upload_file(uploader=ann, file=upload())
    opened = default_storage.open

    def open_too_late(name, mode="rb"):
        delete_file(uploader=ann, attachment_id=attachment.pk)
        default_storage.delete(name)
        return opened(name, mode)

    monkeypatch.setattr(default_storage, "open", open_too_late)
    make_thumbnail(attachment_id=attachment.pk)

    assert stored() == []


@pytest.mark.parametrize("content", [b"no picture", picture_bytes()[:-300], None])
def test_a_broken_picture_is_given_up_at_once(ann, content):
    attachment = upload_file(uploader=ann, file=upload())
    default_storage.delete(attachment.file.name)
    if content is not None:
        default_storage.save(attachment.file.name, ContentFile(content))

    run_due_jobs()

    job = Job.objects.get()
    assert (job.state, job.attempts) == (Job.State.DEAD, 1)
    assert attachment.file.name in job.last_error


def test_only_the_uploader_deletes_and_only_what_is_not_sent(ann, bob, talk):
    unsent, sent = (upload_file(uploader=ann, file=text()) for _ in range(2))
    say(ann, talk, attachment_ids=[sent.pk])

    for uploader, attachment in ((bob, unsent), (ann, sent)):
        with pytest.raises(NoSuchFile):
            delete_file(uploader=uploader, attachment_id=attachment.pk)
    run_due_jobs()

    assert stored() == names_of(unsent, sent)


def test_a_file_goes_with_one_message(ann, talk):
    attachment = upload_file(uploader=ann, file=text())
    first = say(ann, talk, attachment_ids=[attachment.pk])

    with pytest.raises(NoSuchAttachment):
        say(ann, talk, "Again", attachment_ids=[attachment.pk])

    assert Message.objects.count() == 1
    assert Attachment.objects.get().message == first


def test_sending_again_after_a_lost_answer_finds_the_message_with_its_file(ann, talk):
    attachment = upload_file(uploader=ann, file=text())

    first, again = (
        say(ann, talk, attachment_ids=[attachment.pk], client_id="one") for _ in range(2)
    )

    assert first == again
    assert Attachment.objects.get().message == first


def test_a_message_of_files_alone_can_be_taken_back_and_restored(ann, talk):
    attachment = upload_file(uploader=ann, file=text())
    message = say(ann, talk, "", attachment_ids=[attachment.pk])

    delete_message(deleter=ann, message_id=message.pk, now=timezone.now())
    restore_message(restorer=ann, message_id=message.pk)

    message.refresh_from_db()
    assert (message.deleted_at, message.has_attachments) == (None, True)
    assert Attachment.objects.visible_to(ann).get() == attachment


@pytest.mark.parametrize("body", ["", "Look"])
def test_the_files_of_a_message_go_for_good_with_the_purge(ann, talk, body, settings):
    attachment = upload_file(uploader=ann, file=upload())
    run_due_jobs()
    message = say(ann, talk, body, attachment_ids=[attachment.pk])
    now = timezone.now()
    delete_message(deleter=ann, message_id=message.pk, now=now)
    run_due_jobs()
    assert len(stored()) == 2

    purged = purge_deleted_messages(now=now + timedelta(hours=settings.KEEP_DELETED_HOURS))
    run_due_jobs()

    assert (purged, stored()) == (1, [])
    assert not Attachment.objects.exists()
    with pytest.raises(NotDeleted):
        restore_message(restorer=ann, message_id=message.pk)


def test_a_closed_account_takes_its_files_along(ann, talk):
    sent, _ = (upload_file(uploader=ann, file=upload()) for _ in range(2))
    say(ann, talk, attachment_ids=[sent.pk])
    run_due_jobs()
    assert len(stored()) == 4

    close_account(user=ann)
    run_due_jobs()

    assert stored() == []


def test_what_is_not_sent_for_a_day_is_swept(ann, talk, settings):
    old, young, sent = (upload_file(uploader=ann, file=text()) for _ in range(3))
    say(ann, talk, attachment_ids=[sent.pk])
    kept_for = timedelta(hours=settings.KEEP_UNSENT_FILES_HOURS)
    Attachment.objects.exclude(pk=young.pk).update(created_at=old.created_at - kept_for)

    swept = sweep_unsent_files(now=old.created_at + timedelta(seconds=1))
    run_due_jobs()

    assert swept == 1
    assert set(Attachment.objects.all()) == {young, sent}
    assert stored() == names_of(young, sent)


def test_the_sweep_goes_in_portions(ann, settings):
    for _ in range(3):
        upload_file(uploader=ann, file=text())
    later = timezone.now() + timedelta(hours=settings.KEEP_UNSENT_FILES_HOURS)

    assert [sweep_unsent_files(now=later, at_most=2) for _ in range(3)] == [2, 1, 0]


def test_files_that_no_row_knows_are_swept_but_not_the_young(ann):
    attachment = upload_file(uploader=ann, file=upload())
    make_thumbnail(attachment_id=attachment.pk)
    for name in ("old.png", "young.png"):
        default_storage.save(f"messaging/attachments/{name}", ContentFile(b"x"))
    make_old("old.png", *names_of(attachment))

    removed = sweep_stray_files(now=timezone.now())

    assert removed == 1
    assert stored() == sorted(["young.png", *names_of(attachment)])


def test_the_sweep_of_nothing_finds_nothing():
    assert sweep_stray_files(now=timezone.now()) == 0


@pytest.mark.django_db(transaction=True)  # a job that cleans up after them allows no transaction
def test_the_sweeps_and_the_purge_are_scheduled_and_run(ann, talk, settings):
    settings.KEEP_UNSENT_FILES_HOURS = settings.KEEP_DELETED_HOURS = 0
    sent, _unsent = (upload_file(uploader=ann, file=text()) for _ in range(2))
    message = say(ann, talk, attachment_ids=[sent.pk])
    delete_message(deleter=ann, message_id=message.pk, now=timezone.now())
    default_storage.save("messaging/attachments/stray.png", ContentFile(b"x"))
    make_old("stray.png")

    names = ("sweep_unsent_files", "sweep_stray_files", "purge_deleted")
    for name in names:
        kinds[f"messaging.{name}"].run()
    run_due_jobs()

    assert stored() == []
    assert all(kinds[f"messaging.{name}"].every_seconds for name in names)
