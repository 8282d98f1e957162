"""The pages of a conversation are kept for a minute; nobody can tell, but by the clock."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.utils import timezone
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken

from tradepost.accounts.actions.blocks import block_person, unblock_person
from tradepost.messaging.actions.conversations import start_conversation
from tradepost.messaging.actions.edits import delete_message, edit_message, restore_message
from tradepost.messaging.actions.erasure import erase_person, wipe_messages
from tradepost.messaging.actions.members import add_participant, remove_participant
from tradepost.messaging.actions.reactions import add_reaction, remove_reaction
from tradepost.messaging.actions.reading import mark_message_read, mark_unread_from
from tradepost.messaging.actions.reports import hide_message, unhide_message
from tradepost.messaging.api.message_pages import KEPT_SECONDS
from tradepost.messaging.models import Conversation
from tradepost.messaging.tests.factories import say

CONVERSATIONS = "/api/v1/conversations/"


@pytest.fixture
def group(ann, bob, charlie) -> Conversation:
    ids = [bob.pk, charlie.pk]
    return start_conversation(starter=ann, participant_ids=ids, title="Boats")


@pytest.fixture
def page(group) -> str:
    return f"{CONVERSATIONS}{group.pk}/messages/"


DEEDS: dict[str, Callable[..., object]] = {
    "new": lambda m, ann, bob: say(bob, m.conversation, "new"),
    "reply": lambda m, ann, bob: say(bob, m.conversation, "reply", parent_id=m.pk),
    "edited": lambda m, ann, bob: edit_message(
        editor=bob, message_id=m.pk, body="edited", now=timezone.now()
    ),
    "deleted": lambda m, ann, bob: delete_message(deleter=bob, message_id=m.pk, now=timezone.now()),
    "reaction": lambda m, ann, bob: add_reaction(user=bob, message_id=m.pk, emoji="👍"),
    "own reaction": lambda m, ann, bob: add_reaction(user=ann, message_id=m.pk, emoji="👍"),
    "read": lambda m, ann, bob: mark_message_read(reader=ann, message_id=m.pk),
    "block": lambda m, ann, bob: block_person(blocker=ann, person_id=bob.pk),
    "sender gone": lambda m, ann, bob: erase_person(user=bob, now=timezone.now()),
    "wiped": lambda m, ann, bob: wipe_messages(message_ids=[m.pk], now=timezone.now()),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_whatever_changes_shows_at_once(api, ann, bob, group, page, deed):
    message = say(bob, group, "first")
    client = api(ann)
    before = client.get(page)

    DEEDS[deed](message, ann, bob)
    after = client.get(page, headers={"If-None-Match": before["ETag"]})

    assert after.status_code == 200
    assert after.content != before.content
    cache.clear()
    assert client.get(page).content == after.content


UNDOING: dict[str, tuple[str, Callable[..., object]]] = {
    "restored": ("deleted", lambda m, ann, bob: restore_message(restorer=bob, message_id=m.pk)),
    "no reaction": (
        "reaction",
        lambda m, ann, bob: remove_reaction(user=bob, message_id=m.pk, emoji="👍"),
    ),
    "unread again": ("read", lambda m, ann, bob: mark_unread_from(reader=ann, message_id=m.pk)),
    "unblocked": ("block", lambda m, ann, bob: unblock_person(blocker=ann, person_id=bob.pk)),
}


@pytest.mark.parametrize("deed", UNDOING)
def test_whatever_is_undone_shows_at_once(api, ann, bob, group, page, deed):
    message = say(bob, group, "first")
    done, undo = UNDOING[deed]
    DEEDS[done](message, ann, bob)
    before = api(ann).get(page)

    undo(message, ann, bob)
    after = api(ann).get(page)

    assert after.content != before.content
    cache.clear()
    assert api(ann).get(page).content == after.content


def test_blocking_somebody_else_instead_shows_at_once(api, ann, bob, charlie, group, page):
    say(bob, group, "bob's")
    say(charlie, group, "charlie's")
    block_person(blocker=ann, person_id=bob.pk)
    api(ann).get(page)

    unblock_person(blocker=ann, person_id=bob.pk)
    block_person(blocker=ann, person_id=charlie.pk)

    shown = api(ann).get(page).json()["results"]
    assert [message["message_body"] for message in shown] == ["", "bob's"]


def test_the_page_of_one_is_never_anothers(api, ann, bob, charlie, dora, group, page):
    say(ann, group, "secret")
    api(ann).get(page)
    stranger = api(dora)

    assert stranger.get(page).status_code == 404
    assert [m["is_read"] for m in api(ann).get(page).json()["results"]] == [True]
    assert [m["is_read"] for m in api(bob).get(page).json()["results"]] == [False]


def test_who_is_removed_gets_nothing_new_and_nobody_else_their_page(api, ann, bob, group, page):
    say(ann, group, "before")
    api(bob).get(page)
    remove_participant(owner=ann, conversation_id=group.pk, user_id=bob.pk)
    say(ann, group, "after")

    bodies = [message["message_body"] for message in api(bob).get(page).json()["results"]]

    assert bodies == ["Ann Example removed Bob Example.", "before"]


def test_who_joins_gets_a_page_of_their_own(api, ann, dora, group, page):
    say(ann, group, "before")
    api(ann).get(page)
    add_participant(owner=ann, conversation_id=group.pk, user_id=dora.pk)
    say(ann, group, "after")

    bodies = [message["message_body"] for message in api(dora).get(page).json()["results"]]

    assert "before" not in bodies
    assert bodies[0] == "after"


def test_a_second_look_takes_two_queries(ann, group, page, django_assert_num_queries):
    for number in range(30):
        say(ann, group, str(number))
    client = APIClient(headers={"Authorization": f"JWT {AccessToken.for_user(ann)}"})

    with django_assert_num_queries(6):  # user, place, messages, blocks, reactions, reply numbers
        first = client.get(page)
    with django_assert_num_queries(2):  # user, place
        second = client.get(page)

    assert first.content == second.content
    assert len(first.json()["results"]) == 20


def test_pages_of_one_conversation_are_kept_apart(api, ann, group, page):
    for number in range(5):
        say(ann, group, str(number))
    client, address, seen = api(ann), f"{page}?page_size=2", []

    for _ in range(2):
        while address:
            answer = client.get(address).json()
            seen += [message["message_body"] for message in answer["results"]]
            address = answer["next"]
        address = f"{page}?page_size=2"

    assert seen == ["4", "3", "2", "1", "0"] * 2
    assert client.get(f"{page}?page_size=101").status_code == 400
    assert client.get(f"{page}?cursor=x").status_code == 404


def test_what_has_not_changed_is_304(api, ann, bob, group, page):
    say(ann, group)
    first = api(ann).get(page)

    again = api(ann).get(page, headers={"If-None-Match": f'W/{first["ETag"]}, "other"'})
    others = api(bob).get(page, headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert others.status_code == 200
    assert first["Cache-Control"] == "private, no-cache"


def test_names_are_a_minute_old_at_most(api, ann, bob, group, page, monkeypatch):
    say(bob, group)
    kept = []
    keep = cache.set
    monkeypatch.setattr(
        cache, "set", lambda key, value, timeout: (kept.append(timeout), keep(key, value, timeout))
    )
    first = api(ann).get(page)
    type(bob).objects.filter(pk=bob.pk).update(first_name="Rob")
    cache.clear()  # a minute later

    answer = api(ann).get(page, headers={"If-None-Match": first["ETag"]})

    assert answer.json()["results"][0]["sender"]["first_name"] == "Rob"
    assert KEPT_SECONDS == 60
    assert set(kept) == {60}


def test_hiding_a_message_and_showing_it_again_shows_at_once(api, ann, bob, boss, group, page):
    message = say(bob, group, "bad")
    api(ann).get(page)

    hide_message(staff=boss, message_id=message.pk, now=timezone.now())
    [hidden] = api(ann).get(page).json()["results"]
    unhide_message(staff=boss, message_id=message.pk)
    [shown] = api(ann).get(page).json()["results"]

    assert (hidden["hidden"], hidden["message_body"]) == (True, "")
    assert (shown["hidden"], shown["message_body"]) == (False, "bad")


def test_what_somebody_makes_up_behind_the_address_is_not_kept(
    api, ann, bob, group, page, settings
):
    memory = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": memory, "LOCATION": "made-up"}}
    say(bob, group)

    api(ann).get(page, {"page_size": 20})
    kept = len(cache._cache)  # the memory's own store: nothing else counts entries
    api(ann).get(page, {"junk": "1"})

    assert kept == 1
    assert len(cache._cache) == kept
