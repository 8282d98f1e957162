"""Groups, their people, and how one has a conversation for oneself, in the browser."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from tradepost.accounts.models import Block
from tradepost.messaging.actions.conversations import start_conversation
from tradepost.messaging.actions.members import leave_conversation
from tradepost.messaging.models import Conversation, Message, Participant
from tradepost.messaging.tests.factories import make_conversation, say

NOBODY = "00000000-0000-7000-8000-000000000000"
PUBLIC_DEEDS = ["title", "state", "own", "add", "remove", "owner", "leave"]


@pytest.fixture
def group(ann, bob) -> Conversation:
    """ann owns it, bob is in it."""
    return start_conversation(starter=ann, participant_ids=[bob.pk], title="The boat")


def place_of(user, conversation) -> Participant:
    return Participant.objects.get(user=user, conversation=conversation)


# --- Starting --------------------------------------------------------------------------------


def test_a_group_is_started_with_those_who_were_chosen_one_after_the_other(
    client, ann, bob, charlie
):
    client.force_login(ann)
    chosen = f"/inbox/new/group/?with={bob.pk}&with={charlie.pk}"

    found = client.get(f"/inbox/new/group/?with={bob.pk}&search=example").context["found"]
    form = client.get(chosen).context["form"]
    said = {name: form[name].value() for name in ("participant_ids", "client_id")}
    answers = [client.post(chosen, said | {"title": "Trip"}) for _ in range(2)]

    group = Conversation.objects.get()
    assert found.people == [charlie]
    assert [answer["Location"] for answer in answers] == [f"/inbox/{group.pk}/"] * 2
    assert (group.title, group.kind) == ("Trip", "group")
    assert set(group.participants.all()) == {ann, bob, charlie}


def test_another_group_under_a_used_id_is_refused(client, ann, bob, charlie):
    client.force_login(ann)
    said = {"participant_ids": [str(bob.pk)], "client_id": str(uuid4()), "title": "Trip"}
    client.post(f"/inbox/new/group/?with={bob.pk}", said)

    answer = client.post(f"/inbox/new/group/?with={bob.pk}", said | {"title": "Other"})

    assert answer.status_code == 422
    assert Conversation.objects.count() == 1


@pytest.mark.parametrize("ids", [[], ["abc"], [NOBODY]])
def test_a_group_with_nobody_is_not_started(client, ann, bob, ids):
    client.force_login(ann)
    said = {"participant_ids": ids, "client_id": str(uuid4())}

    answer = client.post(f"/inbox/new/group/?with={bob.pk}", said)

    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["participant_ids"])
    assert not Conversation.objects.exists()


# --- People ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("told", "seen"), [({}, 1), ({"show_history": "on"}, 0)])
def test_an_owner_takes_somebody_in(client, ann, charlie, group, told, seen):
    say(ann, group)
    client.force_login(ann)

    found = client.get(f"/inbox/{group.pk}/about/", {"search": "charlie"}).context["found"]
    answer = client.post(f"/inbox/{group.pk}/add/", {"user_id": found.people[0].pk, **told})

    assert answer["Location"] == f"/inbox/{group.pk}/about/"
    assert place_of(charlie, group).joined_seq == seen


def test_an_owner_takes_somebody_out_and_makes_owners(client, ann, bob, group):
    client.force_login(ann)

    client.post(f"/inbox/{group.pk}/owner/", {"user_id": bob.pk})
    owner = place_of(bob, group).role
    client.post(f"/inbox/{group.pk}/remove/", {"user_id": bob.pk})

    assert owner == "owner"
    assert place_of(bob, group).left_seq is not None


def test_only_owners_find_the_buttons_and_only_their_posts_count(client, ann, bob, charlie, group):
    client.force_login(bob)

    text = client.get(f"/inbox/{group.pk}/about/").content.decode()
    posts = {
        "add": {"user_id": charlie.pk}, "remove": {"user_id": ann.pk},
        "owner": {"user_id": bob.pk}, "title": {"title": "Mine"},
    }  # fmt: skip
    statuses = {
        deed: client.post(f"/inbox/{group.pk}/{deed}/", said).status_code
        for deed, said in posts.items()
    }

    assert "/remove/" not in text
    assert "/title/" not in text
    assert statuses == dict.fromkeys(posts, 403)
    group.refresh_from_db()
    assert (group.title, group.last_seq) == ("The boat", 0)


@pytest.mark.parametrize("user_id", ["", "abc", NOBODY])
@pytest.mark.parametrize("deed", ["add", "remove", "owner"])
def test_nobody_is_taken_in_or_out_who_is_not_there(client, ann, group, deed, user_id):
    client.force_login(ann)

    answer = client.post(f"/inbox/{group.pk}/{deed}/", {"user_id": user_id})

    assert answer.status_code == 404
    assert not Message.objects.exists()


def test_who_leaves_finds_it_among_what_was_left(client, bob, group):
    client.force_login(bob)

    answer = client.post(f"/inbox/{group.pk}/leave/")

    assert answer["Location"] == "/inbox/"
    assert client.get("/inbox/").context["rows"] == []
    [row] = client.get("/inbox/", {"show": "left"}).context["rows"]
    assert row["name"] == "The boat"


def test_who_has_left_is_not_shown_who_is_in_it(client, ann, bob, charlie, group):
    leave_conversation(user=bob, conversation_id=group.pk)
    client.force_login(bob)

    text = client.get(f"/inbox/{group.pk}/about/").content.decode()

    assert 'id="people"' not in text
    assert "Archive it" in text
    assert "Keep it at the top" not in text


# --- Title, state, own settings --------------------------------------------------------------


def test_an_owner_changes_the_title(client, ann, group):
    client.force_login(ann)

    client.post(f"/inbox/{group.pk}/title/", {"title": "The ship"})

    group.refresh_from_db()
    assert group.title == "The ship"


def test_a_title_that_is_too_long_stays_in_the_form(client, ann, group):
    client.force_login(ann)

    answer = client.post(f"/inbox/{group.pk}/title/", {"title": "x" * 256})

    assert list(answer.context["title_form"].errors) == ["title"]
    group.refresh_from_db()
    assert group.title == "The boat"


@pytest.mark.parametrize(
    ("said", "state", "days"), [("closed", "closed", None), ("week", "snoozed", 7)]
)
def test_the_state_is_set_for_all(client, bob, group, said, state, days):
    client.force_login(bob)

    client.post(f"/inbox/{group.pk}/state/", {"state": said})

    group.refresh_from_db()
    assert group.state == state
    end = timezone.now() + timedelta(days=days) if days else None
    assert end is None or abs(group.snoozed_until - end) < timedelta(minutes=5)


def test_a_state_that_there_is_not_changes_nothing(client, bob, group):
    client.force_login(bob)

    answer = client.post(f"/inbox/{group.pk}/state/", {"state": "lost"})

    assert list(answer.context["state_form"].errors) == ["state"]
    group.refresh_from_db()
    assert group.state == "open"


def test_settings_are_for_oneself_alone(client, ann, bob, group):
    client.force_login(bob)

    client.post(f"/inbox/{group.pk}/own/", {"pinned": "on", "notify": "mentions", "muted": "ever"})

    mine, theirs = place_of(bob, group), place_of(ann, group)
    assert (mine.pinned_at is not None, mine.notify, mine.muted_until.year) == (
        True, "mentions", 9999,
    )  # fmt: skip
    assert (theirs.pinned_at, theirs.notify, theirs.muted_until) == (None, "all", None)


def test_settings_that_are_saved_again_leave_the_end_of_muting(client, bob, group):
    client.force_login(bob)
    client.post(f"/inbox/{group.pk}/own/", {"notify": "all", "muted": "hour"})
    end = place_of(bob, group).muted_until

    form = client.get(f"/inbox/{group.pk}/about/").context["own_form"]
    said = {"notify": "all", "muted": form["muted"].value(), "pinned": "on"}
    client.post(f"/inbox/{group.pk}/own/", said)
    kept = place_of(bob, group)
    client.post(f"/inbox/{group.pk}/own/", {"notify": "all", "muted": "no"})

    assert (kept.muted_until, kept.pinned_at is not None) == (end, True)
    assert place_of(bob, group).muted_until is None


def test_what_is_pinned_stands_first_and_what_is_archived_not_at_all(
    client, ann, bob, charlie, group
):
    direct = make_conversation(ann, charlie)
    say(charlie, direct)
    client.force_login(ann)

    client.post(f"/inbox/{group.pk}/own/", {"notify": "all", "muted": "no", "pinned": "on"})
    client.post(f"/inbox/{direct.pk}/own/", {"notify": "all", "muted": "no", "archived": "on"})

    assert [row["name"] for row in client.get("/inbox/").context["rows"]] == ["The boat"]


# --- Two people ------------------------------------------------------------------------------


def test_a_talk_of_two_has_a_button_to_block_and_one_to_unblock(client, ann, bob):
    talk = make_conversation(ann, bob)
    client.force_login(ann)
    about = f"/inbox/{talk.pk}/about/"

    before = client.get(about).content.decode()
    answer = client.post(f"/account/people/{bob.pk}/block/", {"next": about})
    after = client.get(about).content.decode()

    assert f"/account/people/{bob.pk}/block/" in before
    assert answer["Location"] == about
    assert f"/account/people/{bob.pk}/unblock/" in after
    assert Block.objects.filter(blocker=ann, blocked=bob).exists()


def test_a_talk_of_two_has_no_people_to_take_in(client, ann, bob, charlie):
    talk = make_conversation(ann, bob)
    client.force_login(ann)

    answer = client.post(f"/inbox/{talk.pk}/add/", {"user_id": charlie.pk})

    assert answer.status_code == 409
    assert "/leave/" not in client.get(f"/inbox/{talk.pk}/about/").content.decode()


# --- Strangers -------------------------------------------------------------------------------


@pytest.mark.parametrize("deed", PUBLIC_DEEDS)
def test_a_strangers_deed_is_the_same_as_on_nothing(client, charlie, bob, group, deed):
    client.force_login(charlie)
    said = {"user_id": bob.pk, "title": "Mine", "state": "closed", "notify": "all", "muted": "no"}

    answers = [client.post(f"/inbox/{pk}/{deed}/", said) for pk in (group.pk, uuid4())]

    assert [answer.status_code for answer in answers] == [404, 404]
    group.refresh_from_db()
    assert (group.title, group.state, group.last_seq) == ("The boat", "open", 0)


def test_a_strangers_look_is_the_same_as_at_nothing(client, charlie, group):
    client.force_login(charlie)

    looks = [client.get(f"/inbox/{pk}/about/") for pk in (group.pk, uuid4())]

    assert [look.status_code for look in looks] == [404, 404]
