"""What people write, cleaned of what only serves to deceive."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradepost.messaging import checks
from tradepost.messaging.actions.conversations import start_conversation
from tradepost.messaging.actions.edits import edit_message
from tradepost.messaging.actions.messages import send_message
from tradepost.messaging.errors import TextRefused, TextTooLong
from tradepost.messaging.models import LONGEST_BODY, Conversation, Message
from tradepost.messaging.tests.factories import make_conversation, say
from tradepost.messaging.texts import MOST_MARKS, clean_line, clean_text, is_emoji, names_in

FLAG = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"  # England
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
UNSEEN = [
    "\x00", "\x07", "\x1b", "\x7f", "\x9f", "\u00ad", "\u034f", "\u115f", "\u180e", "\u200b",
    "\u202a", "\u202e", "\u2060", "\u2066", "\u2069", "\u206a", "\u3164", "\ud800", "\ufdd0",
    "\ufeff", "\uffa0", "\ufff9", "\uffff", "\U0001d173", "\U000e0001", "\U000e0041",
]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "Hello,\n\tworld",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian, with its joiner
        "\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd",  # Hebrew with points
        "\u0e17\u0e35\u0e48\u0e19\u0e35\u0e48",  # Thai
        "Vi\u1ec7t Nam, e\u0302\u0303",  # Vietnamese, also in parts
        "\u0dc1\u0dca\u200d\u0dbb\u0dd3",  # Sinhala
        "abc \u05d0\u05d1!\u200f def",  # a plain mark of direction
        FAMILY,
        FLAG,
        "\u2764\ufe0f \U0001f44d\U0001f3fd 1\ufe0f\u20e3 \U0001f1e9\U0001f1ea",
    ],
)
def test_what_scripts_and_emoji_need_stays(text):
    assert clean_text(text) == text


@pytest.mark.parametrize("unseen", UNSEEN)
def test_what_is_not_seen_goes(unseen):
    assert clean_text(f"pay{unseen}pal") == "paypal"
    assert clean_text(unseen * 3) == ""


@pytest.mark.parametrize("end", ["\r\n", "\r", "\x85", "\u2028", "\u2029"])
def test_all_line_ends_are_one(end):
    assert clean_text(f"a{end}b") == "a\nb"


@pytest.mark.parametrize("text", ["\u200d", "a \u200d b", "a\u200d\u200c\u200db", "\u200ca\u200d"])
def test_joiners_that_join_nothing_go(text):
    assert clean_text(text) in ("", "a  b", "a\u200db", "a")


@pytest.mark.parametrize(
    "tower", ["\u0301" * 30, "\u0301\u200d" * 30, "\u0301\u200e" * 30, "\u0489" * 30]
)
def test_towers_of_marks_are_cut(tower):
    kept = clean_text(f"Z{tower}!")

    assert sum(unicodedata.category(c) in ("Mn", "Me") for c in kept) == MOST_MARKS
    assert (kept[0], kept[-1]) == ("Z", "!")


@pytest.mark.parametrize("text", ["\u2800", "\u200e\u200f", "\ufe0f", "\u3000 \u061c", "\u0301"])
def test_a_text_with_nothing_to_see_is_empty(text):
    assert clean_text(text) == ""


def test_tags_hide_no_text_behind_a_letter():
    hidden = "".join(chr(0xE0000 + ord(letter)) for letter in "secret")

    assert clean_text(f"a{hidden}b") == "ab"


CHARACTERS = st.one_of(
    st.sampled_from([*UNSEEN, *FLAG, *"ab \n\t\r@.\u00e9\u0301\u0489\u05b8"]),
    st.sampled_from("\u200c\u200d\ufe0f\u2028\u2800\u200e"),
    st.characters(),
)


@given(st.lists(CHARACTERS, max_size=40).map("".join))
def test_cleaning_again_changes_nothing(text):
    cleaned = clean_text(text)

    assert clean_text(cleaned) == cleaned
    assert not set(cleaned) & (set(UNSEEN) - set(FLAG))
    assert len(cleaned) <= len(text)


@given(st.lists(CHARACTERS, max_size=40).map("".join))
def test_a_title_is_one_line(text):
    assert len(clean_line(text).splitlines()) <= 1


def test_a_title_loses_its_line_ends(ann, bob):
    group = start_conversation(starter=ann, participant_ids=[bob.pk], title=" Boat\r\nBcc:  x ")

    assert group.title == "Boat Bcc: x"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("no names", set()),
        ("@Bob, look", {"bob"}),
        ("(@bob) @ann.", {"bob", "ann", "ann."}),
        ("ann@example.com", set()),
        ("https://example.com/@bob", set()),
        ("@ @@ @.", {"@", "."}),
        ("\u200f@bob", {"bob"}),
    ],
)
def test_names_are_found(text, names):
    assert names_in(text) == names


@pytest.mark.parametrize(
    "text",
    ["\U0001f44d", "\U0001f44d\U0001f3fd", "\u2764\ufe0f", FAMILY, FLAG, "1\ufe0f\u20e3",
     "\U0001f1e9\U0001f1ea", "\u203c\ufe0f"],
)  # fmt: skip
def test_an_emoji_is_one(text):
    assert is_emoji(text)


@pytest.mark.parametrize(
    "text",
    ["", "a", "1", "\u200d", "\ufe0f", "\u2800", "\ufffc", "\U0001f44d\U0001f44d", "\U0001f44d a",
     "\U0001f44d\u200d", "\u200d\U0001f44d", "\U0001f44d\ufe0f\ufe0f", "\U0001f44d\U000e0041",
     "\U0001f44d\u202e", "\U0001f3fd", "\u0301"],
)  # fmt: skip
def test_what_is_no_emoji_is_none(text):
    assert not is_emoji(text)


@pytest.fixture
def no_phone_numbers(monkeypatch) -> None:
    """A house in which nobody gives away a telephone number."""
    monkeypatch.setattr(checks, "_checks", [])

    def refuse_phone_numbers(*, sender, body) -> None:
        if sum(character.isdigit() for character in body) > 6:
            raise TextRefused("Please write here and not by telephone.", field="message_body")

    checks.register_check(refuse_phone_numbers)


def test_the_house_refuses_texts_in_every_door(api, ann, bob, no_phone_numbers):
    talk = make_conversation(ann, bob)
    message = say(ann, talk, "Call me")

    sent = api(ann).post(
        "/api/v1/messages/", {"conversation": str(talk.pk), "message_body": "0170 1234567"}
    )
    edited = api(ann).patch(
        f"/api/v1/messages/{message.pk}/", {"message_body": "0170\u200b1234567"}
    )

    assert (sent.status_code, edited.status_code) == (400, 400)
    assert sent.json() == {"message_body": ["Please write here and not by telephone."]}
    assert Message.objects.get().body == "Call me"


def test_the_house_refuses_titles_in_every_door(api, ann, bob, no_phone_numbers):
    group = start_conversation(starter=ann, participant_ids=[bob.pk], title="Call me")
    started = api(ann).post(
        "/api/v1/conversations/", {"participant_ids": [str(bob.pk)], "title": "0170 1234567"}
    )
    renamed = api(ann).patch(f"/api/v1/conversations/{group.pk}/", {"title": "0170 1234567"})

    for answer in (started, renamed):
        assert answer.status_code == 400
        assert answer.json() == {"title": ["Please write here and not by telephone."]}
    assert [talk.title for talk in Conversation.objects.all()] == ["Call me"]


def test_what_was_sent_before_a_new_rule_is_sent_again(api, ann, bob, request):
    talk = make_conversation(ann, bob)
    body = {"conversation": str(talk.pk), "message_body": "0170 1234567", "client_id": "a"}
    first = api(ann).post("/api/v1/messages/", body)
    request.getfixturevalue("no_phone_numbers")

    again = api(ann).post("/api/v1/messages/", body)

    assert (again.status_code, again.content) == (201, first.content)


def test_a_text_has_an_end_in_every_door(ann, bob):
    talk = make_conversation(ann, bob)
    longest, longer = "x" * LONGEST_BODY, "x" * (LONGEST_BODY + 1)
    message = say(ann, talk, longest)

    with pytest.raises(TextTooLong):
        send_message(sender=ann, conversation_id=talk.pk, body=longer)
    with pytest.raises(TextTooLong):
        edit_message(editor=ann, message_id=message.pk, body=longer, now=message.sent_at)

    assert Message.objects.get().body == longest
