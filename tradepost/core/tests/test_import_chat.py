"""``manage.py import_chat``: logs of channels become conversations with threads."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tradepost.accounts.models import User
from tradepost.feed.models import Event
from tradepost.kit.audit import find_faults
from tradepost.messaging.actions import imports
from tradepost.messaging.actions.messages import send_message
from tradepost.messaging.chat_logs import day_of, read_log, read_replies
from tradepost.messaging.models import Conversation, Message, Participant
from tradepost.messaging.queries.conversations import list_conversations
from tradepost.notifications.models import Notification
from tradepost.store.models import Customer

SHARED = (
    Path(__file__).parents[4] / "shared" / "data" / "irc"
)  # beside the checkout, if it is there
LOG = """\
[23:14] <ann> has somebody a lamp?
=== carl [~carl@example.org]  has joined #lamps
[23:15] <|Bob|> ann: two of them, see http://lamps.example
[23:15] <Ann> there are two of us
[23:16] <ann> |Bob|: thanks
=== |Bob| leaves them on the table
[00:01] <ann> good night @Ann
"""
REPLIES = "0 0 -\n0 2 -\n2 4 -\n0 4 -\n2 5 -\n1 1 -\n"


@pytest.fixture
def files(tmp_path):
    log, replies = tmp_path / "2004-12-25.lamps.txt", tmp_path / "replies.txt"
    log.write_text(LOG)
    replies.write_text(REPLIES)
    return log, replies


def run(log, replies=None, **options) -> str:
    out = StringIO()
    call_command("import_chat", str(log), replies=replies, stdout=out, **options)
    return out.getvalue()


def tree() -> dict[int, int | None]:
    """Return by line which line its message answers."""
    lines = {pk: int(name.rpartition(":")[2]) for pk, name in rows("pk", "client_id")}
    return {lines[pk]: lines.get(parent) for pk, parent in rows("pk", "parent_id")}


def rows(*names):
    return Message.objects.order_by("seq").values_list(*names)


def test_a_log_becomes_a_conversation(db, files):
    said = run(*files)

    conversation = Conversation.objects.get()
    assert (conversation.kind, conversation.title) == ("group", "2004-12-25.lamps")
    assert (conversation.last_seq, conversation.version) == (6, 6)
    assert [str(row.sender) for row in Message.objects.order_by("seq")] == [
        "ann", "|Bob|", "Ann", "ann", "|Bob|", "ann",
    ]  # fmt: skip
    assert list(rows("seq", "body", "has_link"))[1:5:3] == [
        (2, "ann: two of them, see http://lamps.example", True),
        (5, "/me leaves them on the table", False),
    ]
    assert f"{conversation.updated_at:%Y-%m-%d %H:%M}" == "2004-12-26 00:01"
    assert "6 messages imported" in said
    assert "4 replies, 3 people, 1 of 7 lines left out" not in said
    assert "3 replies, 3 people, 1 of 7 lines left out" in said
    assert find_faults() == []


def test_each_message_has_the_time_of_its_line(db, files):
    run(*files)

    times = [f"{at:%d %H:%M}" for (at,) in rows("sent_at")]
    assert times == ["25 23:14", "25 23:15", "25 23:15", "25 23:16", "25 23:16", "26 00:01"]


def test_the_threads_are_those_of_the_annotation(db, files):
    run(*files)

    assert tree() == {0: None, 2: 0, 3: None, 4: 0, 5: 2, 6: None}
    assert [depth for (depth,) in rows("depth")] == [0, 1, 0, 1, 2, 0]


def test_without_an_annotation_nothing_is_a_reply(db, files):
    run(files[0])

    assert set(tree().values()) == {None}


def test_nobody_is_told(ann, files):
    run(*files, owner="ann")

    assert (Notification.objects.count(), Event.objects.count()) == (0, 0)
    row = list_conversations(user=ann).rows[0]
    assert (row.unread_count, row.mention_count, row.message_count) == (0, 0, 6)


def test_who_spoke_is_shown_by_their_nick_and_cannot_be_written_to(ann, files):
    run(*files, owner="ann")

    people = User.objects.exclude(pk=ann.pk).order_by("first_name")
    assert [(p.first_name, p.username, p.email) for p in people] == [
        ("Ann", "Ann-3", "Ann-3@import.invalid"),
        ("ann", "ann-2", "ann-2@import.invalid"),
        ("|Bob|", "_Bob_", "_Bob_@import.invalid"),
    ]
    assert not any(person.is_active or person.has_usable_password() for person in people)
    assert not User.objects.visible_to(ann).exists()
    assert not Customer.objects.filter(user__in=people).exists()
    places = Participant.objects.filter(user__in=people)
    assert set(places.values_list("joined_seq", "left_seq", "last_read_seq")) == {(0, 6, 6)}


def test_the_owner_goes_on_in_it_alone(ann, files):
    run(*files, owner="ann", title="Lamps")
    talk = Conversation.objects.get()

    sent = send_message(sender=ann, conversation_id=talk.pk, body="That was long ago").message

    assert (talk.title, sent.seq) == ("Lamps", 7)
    assert Notification.objects.count() == 0
    assert find_faults() == []


def test_importing_again_imports_nothing_twice(ann, files):
    run(*files)

    assert "0 messages imported (0 a second), 6 were there before" in run(*files, owner="ann")

    assert Message.objects.count() == 6
    assert User.objects.count() == 4
    assert list_conversations(user=ann).rows[0].unread_count == 0
    assert find_faults() == []


def test_two_logs_of_one_channel_have_the_same_people(db, files, tmp_path):
    run(*files)
    other = tmp_path / "2004-12-26.txt"
    other.write_text("[09:00] <Ann> good morning\n")

    run(other)

    assert Conversation.objects.count() == 2
    assert User.objects.count() == 3


def test_an_import_that_broke_off_goes_on_where_it_stopped(ann, files, monkeypatch):
    monkeypatch.setattr(imports, "LINES_PER_TRANSACTION", 2)
    move_on = imports._move_on

    def break_off(conversation, *args, **named):
        if conversation.last_seq >= 2:
            raise KeyboardInterrupt
        move_on(conversation, *args, **named)

    with monkeypatch.context() as patched:
        patched.setattr(imports, "_move_on", break_off)
        with pytest.raises(KeyboardInterrupt):
            run(*files, owner="ann")
    assert Message.objects.count() == 2
    assert find_faults() == []
    send_message(sender=ann, conversation_id=Conversation.objects.get().pk, body="Where is it?")

    assert "4 messages imported" in run(*files, owner="ann")

    assert [seq for (seq,) in rows("seq")] == [1, 2, 3, 4, 5, 6, 7]
    assert Message.objects.get(client_id__endswith=":5").depth == 2
    assert find_faults() == []


def test_what_was_erased_since_does_not_come_back(boss, files):
    run(*files, owner="boss")
    User.objects.get(first_name="ann").delete()

    assert "0 messages imported" in run(*files, owner="boss")

    assert Message.objects.exclude(body="").count() == 3


@pytest.mark.parametrize(
    ("name", "log", "replies", "fault"),
    [
        ("2004-12-25.txt", "nonsense\n", "", "Line 0: This is no line of a log"),
        ("2004-12-25.txt", LOG, "0 99 -\n", "Line 0: The log has no line 99"),
        ("lamps.txt", LOG, "", "no date"),
    ],
)
def test_a_bad_file_changes_nothing(db, tmp_path, name, log, replies, fault):
    (tmp_path / name).write_text(log)
    (tmp_path / "replies.txt").write_text(replies)

    with pytest.raises(CommandError, match=f"{fault}.*Nothing was changed"):
        run(tmp_path / name, tmp_path / "replies.txt")

    assert (Conversation.objects.count(), User.objects.count()) == (0, 0)


def test_a_file_that_is_not_there_is_named(db, tmp_path):
    with pytest.raises(CommandError, match=r"Cannot read .*2004-12-25\.txt: No such file"):
        run(tmp_path / "2004-12-25.txt")


def test_an_owner_whom_nobody_knows_is_refused(db, files):
    with pytest.raises(CommandError, match="nobody called eve"):
        run(*files, owner="eve")

    assert Conversation.objects.count() == 0


@pytest.mark.parametrize("lines", [2, 20])
def test_a_batch_takes_as_many_statements_for_any_number_of_lines(
    db, tmp_path, lines, django_assert_num_queries
):
    log = read_log(b"[09:14] <ann> x\n" * lines, day=day_of("2004-12-25"))
    conversation_id = imports.open_imported_conversation(key="k", title="", owner=None)
    people = imports.seat_speakers(conversation_id=conversation_id, nicks=["ann"])

    # savepoint and its end, lock, the last imported, those of the erased, insert, the time before,
    # the conversation, the places of speakers, those of others
    with django_assert_num_queries(10):
        imports.import_lines(
            conversation_id=conversation_id, log=log, parents={1: 0}, key="k", people=people
        )


@pytest.mark.skipif(not SHARED.exists(), reason="the real logs are not in a checkout")
@pytest.mark.parametrize(
    "log", sorted(SHARED.glob("*.ascii.txt")), ids=lambda log: log.name.partition(".")[0]
)
def test_the_tree_of_a_real_log_equals_its_annotation(ann, log):
    annotation = log.with_name(log.name.replace("ascii", "annotation"))
    expected: dict[int, int] = {}
    for pair in annotation.read_text().splitlines():
        first, second = sorted(map(int, pair.split()[:2]))
        if first != second:
            expected[second] = min(first, expected.get(second, first))

    run(log, annotation, owner="ann")

    answers = {line: parent for line, parent in tree().items() if parent is not None}
    assert answers == expected
    assert len(expected) > 100
    assert find_faults() == []
    read = read_log(log.read_bytes(), day=day_of(log.name))
    assert read_replies(annotation.read_bytes(), log=read) == expected
    assert Message.objects.count() == len(read.said)
