"""Files of messages as clients of the API meet them."""

from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone
from PIL import Image

from conftest import make_user
from tradepost.accounts.actions.blocks import block_person, unblock_person
from tradepost.accounts.actions.users import close_account
from tradepost.kit.http.idempotency import HEADER
from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.kit.tests.documents import PDF, archive, office, open_document
from tradepost.kit.tests.pictures import bomb, huge_claim, notes, picture_bytes, upload
from tradepost.kit.transactions import unit_of_work
from tradepost.messaging import files, scans
from tradepost.messaging.actions.conversations import start_conversation
from tradepost.messaging.actions.members import add_participant, remove_participant
from tradepost.messaging.api.attachments import Uploads
from tradepost.messaging.errors import FileRefused
from tradepost.messaging.models import Attachment, Message
from tradepost.messaging.tests.factories import make_conversation, say

FILES = "/api/v1/attachments/"
MESSAGES = "/api/v1/messages/"
DOWNLOADS = ("", "file/", "thumbnail/")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def talk(ann, bob):
    return make_conversation(ann, bob)


@pytest.fixture
def group(ann, bob):
    return start_conversation(starter=ann, participant_ids=[bob.pk], title="Boats")


@pytest.fixture
def send(api, ann):
    """Upload a file, a picture by default, as ann by default."""

    def send(content: bytes | None = None, name: str = "tea.jpg", *, user=ann, **headers: str):
        form = {"file": upload(content, name)}
        return api(user).post(FILES, form, format="multipart", headers=headers)

    return send


@pytest.fixture
def shared(api, ann, send):
    """Call it to have ann send a picture into a conversation; the ids of message and file."""

    def share(conversation) -> tuple[str, str]:
        pk = send().json()["attachment_id"]
        run_due_jobs()
        form = {"conversation": str(conversation.pk), "attachments": [pk]}
        answer = api(ann).post(MESSAGES, form)
        assert answer.status_code == 201
        return answer.json()["message_id"], pk

    return share


def stored() -> list[str]:
    if not default_storage.exists("messaging/attachments"):
        return []
    return sorted(default_storage.listdir("messaging/attachments")[1])


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


def seen_by(client, pk: str) -> list[int]:
    """Return what somebody is answered who asks for a file in all three ways."""
    return [client.get(f"{FILES}{pk}/{way}").status_code for way in DOWNLOADS]


def test_a_picture_is_kept_and_answered_with_its_addresses(api, ann, send):
    answer = send()

    attachment = Attachment.objects.get()
    with default_storage.open(attachment.file.name) as file:
        size = len(file.read())
    assert answer.status_code == 201
    assert answer.json() == {
        "attachment_id": str(attachment.pk),
        "name": "tea.jpg",
        "mime_type": "image/jpeg",
        "size": size,
        "width": 40,
        "height": 30,
        "url": f"{FILES}{attachment.pk}/file/",
        "thumbnail_url": None,
    }
    assert answer["Location"] == f"http://testserver{FILES}{attachment.pk}/"
    assert api(ann).get(answer["Location"]).json() == answer.json()
    assert attachment.file.name.startswith("messaging/attachments/")
    assert "tea" not in attachment.file.name


def test_a_thumbnail_comes_a_moment_later(api, ann, send):
    pk = send(picture_bytes(size=(2000, 1000))).json()["attachment_id"]
    assert api(ann).get(f"{FILES}{pk}/thumbnail/").status_code == 404

    run_due_jobs()

    shown = api(ann).get(f"{FILES}{pk}/").json()
    small = api(ann).get(shown["thumbnail_url"])
    assert small["Content-Type"] == "image/webp"
    assert small["Content-Disposition"] == 'inline; filename="tea.webp"'
    picture = Image.open(BytesIO(body(small)))
    assert (picture.format, picture.size) == ("WEBP", (400, 200))


def test_what_a_picture_tells_of_its_maker_is_gone(api, ann, send):
    content = picture_bytes(exif=notes(), comment=b"Anns kitchen")
    assert b"Anns kitchen" in content

    pk = send(content).json()["attachment_id"]

    kept = body(api(ann).get(f"{FILES}{pk}/file/"))
    assert b"Anns kitchen" not in kept
    assert dict(Image.open(BytesIO(kept)).getexif()) == {}


@pytest.mark.parametrize(
    ("content", "name", "mime_type"),
    [
        (PDF, "terms.pdf", "application/pdf"),
        ("Grüße".encode(), "note.txt", "text/plain; charset=utf-8"),
        (b"a,b\n1,2", "list.csv", "text/csv; charset=utf-8"),
        (
            office(),
            "terms.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (open_document(), "terms.odt", "application/vnd.oasis.opendocument.text"),
    ],
)
def test_a_document_is_kept_as_it_is_and_only_offered_for_saving(
    api, ann, send, content, name, mime_type
):
    shown = send(content, name).json()

    answer = api(ann).get(shown["url"])

    assert (shown["name"], shown["mime_type"], shown["size"]) == (name, mime_type, len(content))
    assert (shown["width"], shown["height"]) == (None, None)
    assert body(answer) == content
    assert answer["Content-Type"] == mime_type
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (PDF, "tea.jpg"),
        (picture_bytes(), "tea.pdf"),
        (picture_bytes(), "tea.docx"),
        (picture_bytes("GIF"), "tea.gif"),
        (picture_bytes("GIF"), "tea.jpg"),
        (picture_bytes()[:300], "tea.jpg"),
        (picture_bytes(), "tea"),
        (huge_claim(), "tea.png"),
        (bomb(), "tea.png"),
        (b"MZ\x90\0", "setup.exe"),
        (b"MZ\x90\0", "setup.txt"),
        (PDF, "terms.pdf.exe"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "tea.svg"),
        (b"<script>alert(1)</script>", "tea.html"),
        (archive({"a.txt": b"x"}), "all.zip"),
        (archive({"setup.exe": b"MZ"}), "terms.docx"),
        (b"", "empty.txt"),
    ],
)
def test_what_is_not_let_in_is_400_and_leaves_nothing(send, content, name):
    answer = send(content, name)

    assert answer.status_code == 400
    assert list(answer.json()) == ["file"]
    assert not Attachment.objects.exists()
    assert stored() == []


def test_a_refused_kind_is_told_what_is_allowed(send):
    assert send(b"MZ", "setup.exe").json()["file"] == [
        "Files of the kind “exe” are not allowed, only: csv, docx, jpeg, jpg, odp, ods, odt, pdf, "
        "png, pptx, txt, webp, xlsx."
    ]


def test_a_form_without_a_file_is_400_and_json_is_415(api, ann):
    missing = api(ann).post(FILES, {}, format="multipart")
    json = api(ann).post(FILES, {"file": "x"})

    assert (missing.status_code, missing.json()) == (400, {"file": ["No file was submitted."]})
    assert json.status_code == 415


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("invoice\u202efdp.txt", "invoicefdp.txt"),
        ("photo.txt\x00.txt", "photo.txt.txt"),
        ("継ぎ足し 😀.txt",) * 2,
        ("x" * 180 + ".txt", "x" * 146 + ".txt"),
    ],
)
def test_a_name_is_cleaned_and_sent_back_as_it_is_kept(api, ann, send, sent, kept):
    shown = send(b"x", sent).json()

    answer = api(ann).get(shown["url"])

    assert shown["name"] == kept
    assert "\n" not in answer["Content-Disposition"]


def test_a_picture_gets_the_ending_of_what_it_is(send):
    shown = send(picture_bytes("PNG"), "tea.jpg").json()

    assert (shown["name"], shown["mime_type"]) == ("tea.png", "image/png")


def test_a_file_has_a_largest_size(send, settings):
    settings.ATTACHMENT_BYTES = 2048

    accepted, refused = send(b"x" * 2048, "a.txt"), send(b"x" * 2049, "b.txt")

    assert accepted.status_code == 201
    assert refused.status_code == 400
    assert refused.json() == {"file": ["Files cannot be larger than 2 KB!"]}
    assert len(stored()) == 1


def test_the_largest_file_fits_into_the_largest_form(settings):
    assert settings.ATTACHMENT_BYTES < settings.MAX_UPLOAD_BYTES


def test_who_has_uploaded_enough_sends_or_deletes_first(api, ann, bob, send, settings):
    settings.MOST_UNSENT_FILES = 2
    first = send(b"1", "1.txt").json()["attachment_id"]
    send(b"2", "2.txt")

    refused = send(b"3", "3.txt")

    assert refused.status_code == 409
    assert refused.json()["code"] == "too_many_unsent_files"
    assert len(stored()) == 2
    assert send(b"3", "3.txt", user=bob).status_code == 201
    api(ann).delete(f"{FILES}{first}/")
    assert send(b"3", "3.txt").status_code == 201


def test_uploads_are_limited(send, settings, monkeypatch):
    settings.RATE_LIMITS = True
    monkeypatch.setattr(Uploads, "most", 2)
    monkeypatch.setattr(Uploads, "seconds", 10**9)

    answers = [send(b"x", "x.txt") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert int(answers[2]["Retry-After"]) > 0
    assert len(stored()) == 2


def test_a_scan_of_the_house_keeps_a_file_out(send, monkeypatch):
    looked_at = []

    def scan(*, file, name, mime_type) -> None:
        looked_at.append((name, mime_type, file.read()))
        if name == "bad.txt":
            raise FileRefused("This file carries a virus.", field="file")

    monkeypatch.setattr(scans, "_scans", [])
    scans.register_scan(scan)

    good, bad = send(b"good", "good.txt"), send(b"bad", "bad.txt")

    assert good.status_code == 201
    assert (bad.status_code, bad.json()) == (400, {"file": ["This file carries a virus."]})
    assert looked_at == [
        (f"{n}.txt", "text/plain; charset=utf-8", n.encode()) for n in ("good", "bad")
    ]
    assert len(stored()) == 1


def test_a_repeated_upload_keeps_one_file(send):
    first, again = (send(picture_bytes(), **{HEADER: "same"}) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Idempotent-Replayed"] == "true"
    assert len(stored()) == 1


def test_another_file_under_the_same_key_is_refused(send):
    send(b"one", "a.txt", **{HEADER: "same"})

    assert send(b"two", "a.txt", **{HEADER: "same"}).status_code == 422
    assert len(stored()) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("headers", [{}, {HEADER: "same"}])
def test_a_file_is_cleaned_and_written_outside_of_any_transaction(send, monkeypatch, headers):
    clean, save, inside = files.clean_picture, default_storage.save, []

    def watched(work):
        def run(*args):
            inside.append(connection.in_atomic_block)
            return work(*args)

        return run

    monkeypatch.setattr(files, "clean_picture", watched(clean))
    monkeypatch.setattr(default_storage, "save", watched(save))

    assert send(**headers).status_code == 201
    assert inside == [False, False]


@pytest.mark.django_db(transaction=True)
def test_an_upload_that_fails_leaves_no_file(send, monkeypatch):
    def crash(*args, **kwargs):
        raise MemoryError

    monkeypatch.setattr("tradepost.messaging.actions.attachments.enqueue", crash)

    with pytest.raises(MemoryError):
        send(**{HEADER: "same"})

    assert stored() == []
    assert not Attachment.objects.exists()


def test_who_has_left_uploads_nothing(send, ann):
    close_account(user=ann)

    assert send(user=ann).status_code == 403
    assert stored() == []


def test_several_files_go_with_a_message_in_their_order(api, ann, bob, talk, send):
    pks = [send(b"x", f"{n}.txt").json()["attachment_id"] for n in range(3)]
    wanted = [pks[2], pks[0], pks[1]]

    answer = api(ann).post(MESSAGES, {"conversation": str(talk.pk), "attachments": wanted})

    shown = api(bob).get(f"{MESSAGES}{answer.json()['message_id']}/").json()
    assert [file["attachment_id"] for file in shown["attachments"]] == wanted
    assert shown["attachments"] == answer.json()["attachments"]
    assert shown["attachments"][0] == api(bob).get(f"{FILES}{pks[2]}/").json()


@pytest.mark.parametrize("whose", ["bobs", "sent", "missing"])
def test_only_own_files_that_are_not_sent_go_with_a_message(
    api, ann, bob, talk, send, shared, whose
):
    good = send(b"x", "x.txt").json()["attachment_id"]
    bad = {
        "bobs": lambda: send(b"x", "x.txt", user=bob).json()["attachment_id"],
        "sent": lambda: shared(talk)[1],
        "missing": lambda: str(talk.pk),
    }[whose]()
    before = Message.objects.count()

    refused = api(ann).post(MESSAGES, {"conversation": str(talk.pk), "attachments": [good, bad]})

    assert (refused.status_code, list(refused.json())) == (400, ["attachments"])
    assert Message.objects.count() == before
    assert Attachment.objects.get(pk=good).message is None


def test_a_message_has_ten_files_at_most(api, ann, talk, send):
    pks = [send(b"x", "x.txt").json()["attachment_id"] for _ in range(11)]

    refused = api(ann).post(MESSAGES, {"conversation": str(talk.pk), "attachments": pks})
    sent = api(ann).post(MESSAGES, {"conversation": str(talk.pk), "attachments": pks[:10]})

    assert (refused.status_code, list(refused.json())) == (400, ["attachments"])
    assert sent.status_code == 201
    assert Message.objects.count() == 1


def test_a_file_that_is_not_sent_is_its_uploaders_alone(api, ann, bob, talk, send):
    pk = send().json()["attachment_id"]
    run_due_jobs()

    assert seen_by(api(ann), pk) == [200, 200, 200]
    assert seen_by(api(bob), pk) == [404, 404, 404]
    assert seen_by(api(), pk) == [401, 401, 401]


def test_a_sent_file_is_seen_by_who_is_in_the_conversation(api, ann, bob, charlie, talk, shared):
    _, pk = shared(talk)

    assert seen_by(api(ann), pk) == [200, 200, 200]
    assert seen_by(api(bob), pk) == [200, 200, 200]
    assert seen_by(api(charlie), pk) == [404, 404, 404]
    assert seen_by(api(make_user("sam", is_staff=True)), pk) == [404, 404, 404]
    assert seen_by(api(), pk) == [401, 401, 401]


def test_a_stranger_meets_the_same_404_as_for_a_missing_file(api, charlie, talk, shared):
    _, pk = shared(talk)

    for way in DOWNLOADS:
        there = api(charlie).get(f"{FILES}{pk}/{way}")
        missing = api(charlie).get(f"{FILES}{talk.pk}/{way}")
        assert (there.status_code, there.content) == (missing.status_code, missing.content)


def test_who_was_removed_gets_no_newer_file_and_keeps_the_older(
    api, ann, bob, charlie, group, shared
):
    add_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)
    _, older = shared(group)
    remove_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)
    _, newer = shared(group)

    assert seen_by(api(charlie), older) == [200, 200, 200]
    assert seen_by(api(charlie), newer) == [404, 404, 404]
    assert seen_by(api(bob), newer) == [200, 200, 200]


def test_who_came_later_gets_no_older_file(api, ann, charlie, group, shared):
    _, older = shared(group)
    add_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)
    _, newer = shared(group)

    assert seen_by(api(charlie), older) == [404, 404, 404]
    assert seen_by(api(charlie), newer) == [200, 200, 200]


def test_who_comes_back_without_history_loses_the_older_file_at_once(
    api, ann, charlie, group, shared
):
    add_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)
    _, older = shared(group)
    assert seen_by(api(charlie), older) == [200, 200, 200]

    remove_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)
    add_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)

    assert seen_by(api(charlie), older) == [404, 404, 404]


def test_files_of_somebody_whom_one_blocks_are_withheld(api, ann, bob, group, shared):
    _, pk = shared(group)

    block_person(blocker=bob, person_id=ann.pk)
    assert seen_by(api(bob), pk) == [404, 404, 404]
    assert seen_by(api(ann), pk) == [200, 200, 200]
    unblock_person(blocker=bob, person_id=ann.pk)
    assert seen_by(api(bob), pk) == [200, 200, 200]


def test_files_of_a_hidden_message_are_gone_for_everybody(api, ann, bob, talk, shared):
    message, pk = shared(talk)

    Message.objects.filter(pk=message).update(hidden_at=timezone.now())

    assert seen_by(api(ann), pk) == [404, 404, 404]
    assert seen_by(api(bob), pk) == [404, 404, 404]


def test_a_deleted_message_takes_its_files_and_brings_them_back(api, ann, bob, talk, shared):
    message, pk = shared(talk)

    assert api(ann).delete(f"{MESSAGES}{message}/").status_code == 204
    assert seen_by(api(ann), pk) == [404, 404, 404]
    assert seen_by(api(bob), pk) == [404, 404, 404]

    restored = api(ann).post(f"{MESSAGES}{message}/restore/")
    assert restored.status_code == 200
    assert [file["attachment_id"] for file in restored.json()["attachments"]] == [pk]
    assert seen_by(api(bob), pk) == [200, 200, 200]


def test_nobody_in_between_keeps_a_file_and_nothing_in_it_can_run(api, bob, talk, shared):
    _, pk = shared(talk)

    for way in ("file/", "thumbnail/"):
        answer = api(bob).get(f"{FILES}{pk}/{way}")
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer["Content-Disposition"].startswith("inline; ")
        assert answer["Content-Length"] == str(len(body(answer)))


def test_a_file_is_sent_to_who_accepts_pictures_alone(api, ann, send):
    shown = send().json()

    answer = api(ann).get(shown["url"], headers={"Accept": "image/png"})

    assert answer.status_code == 200


def test_nothing_else_serves_the_folder(client, api, ann, send):
    send()
    [name] = stored()

    for path in ("messaging/attachments", "store/../messaging/attachments", "store/messaging"):
        assert client.get(f"/media/{path}/{name}").status_code == 404
        assert api(ann).get(f"/media/{path}/{name}").status_code == 404


def test_a_file_that_is_lost_is_404(api, ann, send):
    shown = send().json()
    default_storage.delete(Attachment.objects.get().file.name)

    assert api(ann).get(shown["url"]).status_code == 404


def test_one_throws_an_own_file_away_that_is_not_sent(api, ann, bob, talk, send, shared):
    own = send().json()["attachment_id"]
    _, sent = shared(talk)

    assert api(bob).delete(f"{FILES}{own}/").status_code == 404
    assert api().delete(f"{FILES}{own}/").status_code == 401
    assert api(ann).delete(f"{FILES}{sent}/").status_code == 404
    assert api(ann).delete(f"{FILES}{own}/").status_code == 204
    assert api(ann).delete(f"{FILES}{own}/").status_code == 404
    run_due_jobs()

    assert seen_by(api(ann), own) == [404, 404, 404]
    assert len(stored()) == 2  # the sent one and its thumbnail


def test_the_row_of_a_refused_deletion_stays(api, ann, send):
    own = send().json()["attachment_id"]

    class Undone(Exception):
        pass

    with pytest.raises(Undone), unit_of_work(savepoint=True):
        api(ann).delete(f"{FILES}{own}/")
        raise Undone
    run_due_jobs()

    assert seen_by(api(ann), own) == [200, 200, 200]


def asked(api, ann, send, part: str, **headers: str):
    """Ask for a part of a file that says 0123456789."""
    pk = send(b"0123456789", "digits.txt").json()["attachment_id"]
    return api(ann).get(f"{FILES}{pk}/file/", headers={"Range": part, **headers})


@pytest.mark.parametrize(
    ("part", "content", "said"),
    [
        ("bytes=0-3", b"0123", "bytes 0-3/10"),
        ("bytes=4-", b"456789", "bytes 4-9/10"),
        ("bytes=-2", b"89", "bytes 8-9/10"),
        ("bytes=-20", b"0123456789", "bytes 0-9/10"),
        ("bytes=9-999999999999999", b"9", "bytes 9-9/10"),
    ],
)
def test_a_part_of_a_file_is_sent_to_who_asks_for_it(api, ann, send, part, content, said):
    answer = asked(api, ann, send, part)

    assert (answer.status_code, body(answer)) == (206, content)
    assert answer["Content-Range"] == said
    assert answer["Content-Length"] == str(len(content))
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "part", ["bytes=3-2", "bytes=-", "bytes=0-1,3-4", "lines=0-1", "bytes=x-1", "bytes=٣-"]
)
def test_a_part_that_cannot_be_understood_is_the_whole_file(api, ann, send, part):
    answer = asked(api, ann, send, part)

    assert (answer.status_code, body(answer)) == (200, b"0123456789")
    assert answer["Accept-Ranges"] == "bytes"
    assert "Content-Range" not in answer


def test_a_condition_on_the_part_is_answered_with_the_whole_file(api, ann, send):
    answer = asked(api, ann, send, "bytes=0-1", **{"If-Range": '"x"'})

    assert (answer.status_code, body(answer)) == (200, b"0123456789")


@pytest.mark.parametrize("part", ["bytes=10-", "bytes=10-12", "bytes=-0"])
def test_a_part_beyond_the_end_is_416(api, ann, send, part):
    answer = asked(api, ann, send, part)

    assert (answer.status_code, answer.content) == (416, b"")
    assert answer["Content-Range"] == "bytes */10"


def test_an_open_file_is_closed_with_its_answer(api, ann, send, monkeypatch):
    opened, really_open = [], default_storage.open

    def watched(name, mode="rb"):
        opened.append(really_open(name, mode))
        return opened[-1]

    monkeypatch.setattr(default_storage, "open", watched)
    for part in ("bytes=0-1", "bytes=99-", "none"):
        answer = asked(api, ann, send, part)
        b"".join(answer)  # to its end, where the server closes it

    assert [file.closed for file in opened] == [True] * 3


@pytest.mark.parametrize("way", DOWNLOADS)
def test_a_download_takes_one_query(api, bob, talk, shared, django_assert_num_queries, way):
    _, pk = shared(talk)
    client = api(bob)

    with django_assert_num_queries(1):  # the file, if its message is open to the reader now
        assert client.get(f"{FILES}{pk}/{way}").status_code == 200


def test_an_upload_takes_eight_queries(send, django_assert_num_queries):
    # how many are not sent, transaction, account, how many now, row, job, commit, is it kept
    with django_assert_num_queries(8):
        assert send().status_code == 201


def test_files_are_no_list_and_change_no_more(api, ann, send):
    pk = send().json()["attachment_id"]

    assert api(ann).get(FILES).status_code == 405
    assert api(ann).put(f"{FILES}{pk}/", {}, format="multipart").status_code == 405
    assert api(ann).patch(f"{FILES}{pk}/", {}, format="multipart").status_code == 405
    assert api(ann).get(f"{FILES}nothing/").status_code == 404


def test_a_message_with_a_file_needs_no_text(api, ann, bob, talk, shared):
    message, _ = shared(talk)

    shown = api(bob).get(f"{MESSAGES}{message}/").json()

    assert (shown["message_body"], len(shown["attachments"])) == ("", 1)
    assert say(ann, talk).seq == 2
