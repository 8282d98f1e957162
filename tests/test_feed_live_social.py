"""Typing, presence and receipts: told to whom they concern, and to nobody else."""

import time
from uuid import uuid4

import pytest
from django.utils import timezone

from tradepost.accounts.actions.blocks import block_person
from tradepost.accounts.presence import note_online, read_presence
from tradepost.feed import hints
from tradepost.feed.consumers import social
from tradepost.feed.tests.live import Live, happen, numbers, wait_until
from tradepost.messaging.actions.conversations import start_conversation
from tradepost.messaging.actions.members import leave_conversation, remove_participant
from tradepost.messaging.tests.factories import make_conversation

pytest_plugins = ["tradepost.feed.tests.live"]

PRESENCE = "/api/v1/feed/presence/"


@pytest.fixture(autouse=True)
def soon(monkeypatch) -> None:
    """What comes after seconds comes after moments."""
    monkeypatch.setattr(social, "ARRIVALS_SECONDS", 0.05)
    monkeypatch.setattr(social, "LEAVING_SECONDS", 0.1)
    monkeypatch.setattr(social, "RECEIPTS_SECONDS", 0.05)
    monkeypatch.setattr(social, "REFRESH_SECONDS", 0.1)


@pytest.fixture
def group(transactional_db, ann, bob, charlie):
    """A conversation of ann, who owns it, bob and charlie."""
    return start_conversation(starter=ann, participant_ids=[bob.pk, charlie.pk], title="Three")


def type_in(client, conversation) -> None:
    client.say("typing", conversation=str(conversation.pk))


def watch(client, *users) -> list[dict]:
    """Watch these people; return what is said of them now."""
    client.say("watch", users=[str(user.pk) for user in users])
    return client.hear("presence")["users"]


def enter_watched(live, watcher, user):
    """Let somebody come whom a client watches already, and return once it was told so.

    Who watches only afterwards may be told twice: the news of the coming can still be under way.
    """
    watch(watcher, user)
    client = live.enter(user)
    assert [one["online"] for one in watcher.hear("presence")["users"]] == [True]
    return client


# --- Typing ----------------------------------------------------------------------------------


def test_the_others_see_who_writes(live, ann, bob, charlie, group) -> None:
    of_ann, of_bob, of_charlie = (live.enter(user) for user in (ann, bob, charlie))

    type_in(of_ann, group)

    seen = {"type": "typing", "conversation": str(group.pk), "user": str(ann.pk)}
    assert of_bob.hear("typing") == of_charlie.hear("typing") == seen
    assert of_ann.hears_no("typing")


def test_strangers_do_not_see_who_writes_nor_are_seen(live, ann, bob, charlie) -> None:
    talk = make_conversation(ann, bob)
    of_ann, of_bob, of_charlie = (live.enter(user) for user in (ann, bob, charlie))

    type_in(of_charlie, talk)
    assert of_ann.hears_no("typing")
    type_in(of_ann, talk)

    assert of_bob.hear("typing")["user"] == str(ann.pk)
    assert of_charlie.hears_no("typing")


@pytest.mark.parametrize("ann_blocks", [True, False])
def test_who_blocks_or_is_blocked_does_not_see_it(
    live, ann, bob, charlie, group, ann_blocks
) -> None:
    blocker, person = (ann, bob) if ann_blocks else (bob, ann)
    block_person(blocker=blocker, person_id=person.pk)
    of_ann, of_bob, of_charlie = (live.enter(user) for user in (ann, bob, charlie))

    type_in(of_ann, group)

    assert of_charlie.hear("typing")["user"] == str(ann.pk)
    assert of_bob.hears_no("typing")


@pytest.mark.parametrize("is_removed", [True, False])
def test_who_is_gone_from_a_conversation_neither_sees_it_nor_is_seen(
    live, ann, bob, charlie, group, is_removed
) -> None:
    of_ann, of_bob, of_charlie = (live.enter(user) for user in (ann, bob, charlie))
    if is_removed:
        remove_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)
    else:
        leave_conversation(user=charlie, conversation_id=group.pk)

    type_in(of_charlie, group)
    assert of_bob.hears_no("typing")
    type_in(of_ann, group)

    assert of_bob.hear("typing")["user"] == str(ann.pk)
    assert of_charlie.hears_no("typing")


def test_who_writes_is_told_of_every_two_seconds(live, ann, bob, charlie, monkeypatch) -> None:
    first, second = make_conversation(ann, bob), make_conversation(ann, charlie)
    of_ann, of_bob, of_charlie = (live.enter(user) for user in (ann, bob, charlie))

    for _ in range(10):
        type_in(of_ann, first)
    type_in(of_ann, second)

    of_bob.hear("typing")
    of_charlie.hear("typing")
    assert of_bob.hears_no("typing")
    monkeypatch.setattr(social, "TYPING_SECONDS", 0)
    type_in(of_ann, first)
    of_bob.hear("typing")


def test_typing_in_nothing_is_nothing(live, ann, bob) -> None:
    client = live.enter(ann)

    client.say("typing", conversation=str(uuid4()))
    happen(ann)

    assert numbers(client.rows(1)) == [1]


# --- Presence --------------------------------------------------------------------------------


def test_watching_shows_the_people_one_talks_with(live, ann, bob, charlie, dora) -> None:
    make_conversation(ann, bob)
    make_conversation(ann, dora)
    live.enter(bob), live.enter(charlie)
    wait_until(lambda: len([p for p in read_presence(user_ids=[bob.pk]) if p.is_online]) == 1)

    shown = watch(live.enter(ann), bob, charlie, dora)

    assert [(one["user"], one["online"]) for one in shown] == sorted(
        [(str(bob.pk), True), (str(dora.pk), False)]
    )
    assert {one["user"]: one["last_seen_at"] for one in shown}[str(dora.pk)] is None


def test_coming_and_going_is_shown(live, ann, bob) -> None:
    make_conversation(ann, bob)
    of_ann = live.enter(ann)
    assert [one["online"] for one in watch(of_ann, bob)] == [False]

    of_bob = live.enter(bob)
    [came] = of_ann.hear("presence")["users"]
    of_bob.connection.close()
    [went] = of_ann.hear("presence")["users"]

    assert (came["user"], came["online"]) == (str(bob.pk), True)
    assert (went["user"], went["online"]) == (str(bob.pk), False)
    assert went["last_seen_at"] >= came["last_seen_at"] is not None


def test_who_opens_the_next_page_has_not_left(live, ann, bob, monkeypatch) -> None:
    monkeypatch.setattr(social, "LEAVING_SECONDS", 2)
    make_conversation(ann, bob)
    of_ann = live.enter(ann)
    of_bob = enter_watched(live, of_ann, bob)

    of_bob.connection.close()
    live.enter(bob)

    assert of_ann.hears_no("presence", seconds=2.5)


def test_who_comes_for_a_moment_is_gone_after_it(live, ann, bob, monkeypatch) -> None:
    """Even when noting that they came takes longer than they stay."""

    noted = []

    def slow(**asked):
        time.sleep(0.4)
        noted.append(asked["user_ids"])
        return note_online(**asked)

    live.enter(ann)
    wait_until(lambda: live.on_loop(lambda: ann.pk in live.social._shown))
    monkeypatch.setattr(social, "REFRESH_SECONDS", 60)
    time.sleep(0.2)  # until the last refreshing has begun
    monkeypatch.setattr(social, "note_online", slow)
    live.enter(bob).connection.close()

    wait_until(lambda: noted == [{bob.pk}])
    wait_until(lambda: [one.is_online for one in read_presence(user_ids=[bob.pk])] == [False])
    assert live.on_loop(lambda: live.social._shown) == {ann.pk}


def test_who_hides_it_is_not_shown(live, ann, bob, api) -> None:
    make_conversation(ann, bob)
    api(bob).patch("/api/v1/auth/users/me/", {"hides_presence": True})
    of_ann = live.enter(ann)
    assert watch(of_ann, bob) == []

    live.enter(bob)

    assert of_ann.hears_no("presence")
    assert watch(of_ann, bob) == []


def test_who_begins_to_hide_it_is_shown_as_gone(live, ann, bob, api) -> None:
    make_conversation(ann, bob)
    of_ann = live.enter(ann)
    enter_watched(live, of_ann, bob)

    api(bob).patch("/api/v1/auth/users/me/", {"hides_presence": True})

    gone = {"user": str(bob.pk), "online": False, "last_seen_at": None}
    assert of_ann.hear("presence")["users"] == [gone]
    assert of_ann.hears_no("presence")


@pytest.mark.parametrize("ann_blocks", [True, False])
def test_a_block_ends_the_watching(live, ann, bob, ann_blocks) -> None:
    make_conversation(ann, bob)
    of_ann = live.enter(ann)
    watch(of_ann, bob)
    blocker, person = (ann, bob) if ann_blocks else (bob, ann)
    block_person(blocker=blocker, person_id=person.pk)

    live.enter(bob)

    assert of_ann.hears_no("presence")
    assert watch(of_ann, bob) == []


def test_a_watch_replaces_the_one_before(live, ann, bob, charlie) -> None:
    make_conversation(ann, bob), make_conversation(ann, charlie)
    of_ann = live.enter(ann)
    watch(of_ann, bob)
    watch(of_ann, charlie)

    live.enter(bob)
    live.enter(charlie)

    [seen] = of_ann.hear("presence")["users"]
    assert seen["user"] == str(charlie.pk)


def test_nobody_is_forgotten_who_is_here_in_another_process(live, ann, bob, monkeypatch) -> None:
    """Another process, which bob leaves, says that he is gone; he is still in this one."""
    make_conversation(ann, bob)
    of_ann = live.enter(ann)
    enter_watched(live, of_ann, bob)

    social.note_offline(user_ids=[bob.pk], process=social.PROCESS_NAME)
    gone = {"user": bob.pk, "online": False, "last_seen_at": None}
    hints.whisper([bob.pk], {"type": "presence", "users": [gone]})

    assert [of_ann.hear("presence")["users"][0]["online"] for _ in "ab"] == [False, True]
    assert of_ann.hears_no("presence")


def test_who_goes_on_in_another_process_is_not_said_to_be_gone(live, ann, bob, monkeypatch) -> None:
    make_conversation(ann, bob)
    of_ann = live.enter(ann)
    of_bob = enter_watched(live, of_ann, bob)

    monkeypatch.setattr(social, "REFRESH_SECONDS", 60)
    time.sleep(0.2)  # until the last refreshing has begun
    wait_until(lambda: live.on_loop(lambda: not live.social.threads.waiting))  # and ended
    note_online(user_ids=[bob.pk], process="another", now=timezone.now())
    of_bob.connection.close()
    wait_until(lambda: live.on_loop(lambda: bob.pk not in live.social._shown))

    assert of_ann.hears_no("presence")
    assert [one.is_online for one in read_presence(user_ids=[bob.pk])] == [True]


def test_what_is_left_of_watching_is_nothing(live, ann, bob) -> None:
    make_conversation(ann, bob)
    of_ann, of_bob = live.enter(ann), live.enter(bob)
    watch(of_ann, bob)
    of_bob.say("typing", conversation=str(uuid4()))

    of_ann.connection.close(), of_bob.connection.close()

    wait_until(lambda: live.on_loop(lambda: len(live.social._works)) == 3)  # its three clocks
    wait_until(lambda: live.on_loop(lambda: not live.social._shown))
    kept = live.on_loop(lambda: (dict(live.social._watchers), live.social._watched))
    assert kept == ({}, {})


# --- Presence by asking ----------------------------------------------------------------------


def ask(client, *users):
    return client.get(PRESENCE, {"user": [str(user.pk) for user in users]})


def test_asking_tells_of_the_people_one_talks_with(live, api, ann, bob, charlie) -> None:
    make_conversation(ann, bob)
    live.enter(bob), live.enter(charlie)
    wait_until(lambda: [p.is_online for p in read_presence(user_ids=[bob.pk])] == [True])

    [shown] = ask(api(ann), bob, charlie).json()

    assert (shown["user"], shown["online"]) == (str(bob.pk), True)


def test_asking_tells_nothing_of_blocked_or_hiding_people(api, ann, bob, charlie) -> None:
    make_conversation(ann, bob), make_conversation(ann, charlie)
    block_person(blocker=bob, person_id=ann.pk)
    api(charlie).patch("/api/v1/auth/users/me/", {"hides_presence": True})

    assert ask(api(ann), bob, charlie).json() == []


def test_asking_costs_few_queries(api, ann, bob, charlie, django_assert_num_queries) -> None:
    make_conversation(ann, bob), make_conversation(ann, charlie)
    client = api(ann)

    with django_assert_num_queries(3):  # who talks with ann, who blocks whom, who hides it
        assert len(ask(client, bob, charlie).json()) == 2


@pytest.mark.parametrize("query", [{}, {"user": "x"}, {"user": [str(uuid4())] * 101}])
def test_asking_for_nobody_is_refused(api, ann, query) -> None:
    assert api(ann).get(PRESENCE, query).status_code == 400


def test_visitors_are_told_nothing(api, db) -> None:
    assert api().get(PRESENCE, {"user": str(uuid4())}).status_code == 401


# --- Under load ------------------------------------------------------------------------------


def test_whispers_are_left_out_first(live: Live, ann, bob, monkeypatch) -> None:
    def slow(*said):
        time.sleep(0.2)

    monkeypatch.setattr(social, "MOST_WAITING", 3)
    monkeypatch.setattr(social, "TYPING_SECONDS", 0)
    monkeypatch.setattr(social, "_whisper_to_hearers", slow)
    talk = make_conversation(ann, bob)
    of_ann, of_bob = live.enter(ann), live.enter(bob)
    live.settle(bob)
    for _ in range(30):
        type_in(of_ann, talk)
        time.sleep(0.005)

    happen(bob)

    assert of_bob.rows(1)[-1]["kind"] == "test"
    assert live.social.counts["shed"] >= 20


def test_a_client_that_does_not_read_hears_a_few_whispers(live, ann) -> None:
    live.enter(ann)
    live.settle(ann)

    def much() -> int:
        [follower] = live.hub.list_all()
        for _ in range(100):
            follower.hear("{}")
        return len(follower._whispers)

    assert live.on_loop(much) == 32


def test_a_fault_of_the_database_costs_a_whisper_and_nothing_else(
    live, ann, bob, monkeypatch
) -> None:
    from django.db import OperationalError

    def fail(*said):
        raise OperationalError("gone")

    monkeypatch.setattr(social, "_whisper_to_hearers", fail)
    client = live.enter(ann)
    type_in(client, make_conversation(ann, bob))
    wait_until(lambda: live.social.counts["failed"] == 1)

    happen(ann)

    assert numbers(client.rows(2)) == [1, 2]  # the conversation, and what happened
