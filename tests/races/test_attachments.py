"""A file goes with one message, whoever sends it at the same moment."""

from functools import partial
from uuid import UUID

import httpx
import pytest
from django.core.files.base import ContentFile

from tests.races.conftest import signed_in, statuses
from tradepost.messaging.actions.attachments import upload_file
from tradepost.messaging.actions.conversations import open_direct_conversation
from tradepost.messaging.models import Attachment, Conversation, Message

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def files(ann) -> list[UUID]:
    """Two files that ann has uploaded."""
    return [upload_file(uploader=ann, file=ContentFile(b"x", name=f"{n}.txt")).pk for n in range(2)]


def send(
    client: httpx.Client, *, into: Conversation, files: list[UUID], headers: dict[str, str]
) -> httpx.Response:
    form = {"conversation": str(into.pk), "attachments": [str(pk) for pk in files]}
    return client.post("messages/", json=form, headers=headers)


def delete(client: httpx.Client, *, file: UUID, headers: dict[str, str]) -> httpx.Response:
    return client.delete(f"attachments/{file}/", headers=headers)


def upload(client: httpx.Client, *, name: str, headers: dict[str, str]) -> httpx.Response:
    return client.post("attachments/", files={"file": (name, b"x")}, headers=headers)


def assert_nothing_is_half_sent() -> None:
    """Each message has all its files, and numbers were given only to messages that are there."""
    for message in Message.objects.all():
        assert message.attachments.count() == 2
    for conversation in Conversation.objects.all():
        assert conversation.last_seq == conversation.messages.count()


@pytest.mark.parametrize("turn", range(3))
def test_of_messages_with_the_same_files_one_is_sent(crowd, ann, bob, charlie, files, turn):
    talks = [open_direct_conversation(first=ann, second=other) for other in (bob, charlie)]
    # Named in both orders: who locks them as they are named would wait for each other.
    orders = [files, files[::-1]]
    sends = [
        partial(send, into=talks[n % 2], files=orders[n % 2], headers=signed_in(ann))
        for n in range(8)
    ]

    answers = crowd.at_once(*sends)

    assert statuses(answers) == [201] + [400] * 7
    [message] = Message.objects.all()
    assert set(message.attachments.values_list("pk", flat=True)) == set(files)
    assert_nothing_is_half_sent()


@pytest.mark.parametrize("turn", range(3))
def test_a_file_is_sent_or_deleted(crowd, ann, bob, files, turn):
    talk = open_direct_conversation(first=ann, second=bob)
    headers = signed_in(ann)

    sent, deleted = crowd.at_once(
        partial(send, into=talk, files=files, headers=headers),
        partial(delete, file=files[0], headers=headers),
    )

    assert (sent.status_code, deleted.status_code) in ((201, 404), (400, 204))
    assert Attachment.objects.count() == (2 if sent.status_code == 201 else 1)
    assert Message.objects.count() == (1 if sent.status_code == 201 else 0)
    assert_nothing_is_half_sent()


def test_nobody_has_more_unsent_files_than_are_allowed(crowd, ann, settings):
    allowed = settings.MOST_UNSENT_FILES
    rows = [
        Attachment(uploader=ann, file="x", name="x.txt", mime_type="text/plain", size=1)
        for _ in range(allowed - 3)
    ]
    Attachment.objects.bulk_create(rows)

    answers = crowd.at_once(
        *[partial(upload, name=f"{n}.txt", headers=signed_in(ann)) for n in range(10)]
    )

    assert statuses(answers) == [201] * 3 + [409] * 7
    assert Attachment.objects.count() == allowed
