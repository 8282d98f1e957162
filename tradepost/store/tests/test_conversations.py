"""Talking about what is bought, and who of the shop takes part."""

import pytest
from django.contrib.auth.models import Group

from conftest import make_user
from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.kit.models import Job
from tradepost.messaging.actions.conversations import open_direct_conversation
from tradepost.messaging.actions.members import add_participant, leave_conversation
from tradepost.messaging.models import Conversation, Message, Participant
from tradepost.messaging.tests.factories import say
from tradepost.store.actions import conversations
from tradepost.store.actions.conversations import (
    open_order_conversation,
    open_product_conversation,
)
from tradepost.store.queries import CUSTOMER_SERVICE
from tradepost.store.tests.factories import make_order, make_product

ORDERS, PRODUCTS = "/api/v1/store/orders/", "/api/v1/store/products/"


@pytest.fixture
def erin(db):
    """Somebody who is not at the desk yet."""
    return make_user("erin")


@pytest.fixture
def desk(dora) -> Group:
    return Group.objects.get(name=CUSTOMER_SERVICE)


@pytest.fixture
def talk(ann, dora) -> Conversation:
    """About ann's order, with dora at the desk."""
    return open_order_conversation(order=make_order(ann), opener=ann)


def people_of(conversation) -> set[str]:
    active = Participant.objects.active().filter(conversation=conversation)
    return set(active.values_list("user__username", flat=True))


# --- Asking about a product --------------------------------------------------------------------


def test_asking_about_a_product_twice_gives_one_conversation_with_the_desk(api, ann, bob, dora):
    tea = make_product(title="Tea")

    first = api(ann).post(f"{PRODUCTS}{tea.pk}/conversation/")
    second = api(ann).post(f"{PRODUCTS}{tea.pk}/conversation/")
    of_bob = api(bob).post(f"{PRODUCTS}{tea.pk}/conversation/")

    assert (first.status_code, second.status_code, of_bob.status_code) == (200, 200, 200)
    shown = first.json()
    assert shown["conversation_id"] == second.json()["conversation_id"]
    assert shown["conversation_id"] != of_bob.json()["conversation_id"]
    assert (shown["title"], shown["subject"]) == ("Tea", {"type": "product", "id": str(tea.pk)})
    assert [person["username"] for person in shown["participants"]] == ["ann", "dora"]


def test_nobody_asks_about_a_product_that_is_not_there(api, ann):
    assert api(ann).post(f"{PRODUCTS}99/conversation/").status_code == 404
    assert not Conversation.objects.exists()


def test_visitors_and_the_desk_itself_do_not_ask(api, dora):
    tea = make_product()

    assert api().post(f"{PRODUCTS}{tea.pk}/conversation/").status_code == 401
    assert api(dora).post(f"{PRODUCTS}{tea.pk}/conversation/").status_code == 403
    assert not Conversation.objects.exists()


@pytest.mark.parametrize("who", ["ann", "dora"])
def test_who_had_left_and_opens_it_again_is_in_it_again(api, ann, dora, talk, who):
    user = {"ann": ann, "dora": dora}[who]
    leave_conversation(user=user, conversation_id=talk.pk)
    order_id = talk.subject_id

    shown = api(user).post(f"{ORDERS}{order_id}/conversation/").json()

    assert shown["my"]["has_left"] is False
    assert people_of(talk) == {"ann", "dora"}


# --- Who is at the desk ------------------------------------------------------------------------


def test_who_comes_to_the_desk_takes_part_in_what_is_open_and_sees_the_past(ann, erin, desk, talk):
    question = say(ann, talk, "Where is it?")

    erin.groups.add(desk)
    run_due_jobs()

    assert people_of(talk) == {"ann", "dora", "erin"}
    assert question in Message.objects.visible_to(erin)
    assert not Message.unread.for_user(erin).exists()


def test_who_leaves_the_desk_sees_nothing_new(ann, dora, erin, desk, talk):
    desk.user_set.add(erin)
    run_due_jobs()

    desk.user_set.remove(dora)
    run_due_jobs()
    answer = say(ann, talk, "My address is…")

    assert people_of(talk) == {"ann", "erin"}
    assert answer not in Message.objects.visible_to(dora)


@pytest.mark.parametrize("clear", ["person", "group"])
def test_a_desk_that_is_cleared_is_empty_of_them(dora, erin, desk, talk, clear):
    desk.user_set.add(erin)
    run_due_jobs()

    (dora.groups if clear == "person" else desk.user_set).clear()
    run_due_jobs()

    assert people_of(talk) == ({"ann", "erin"} if clear == "person" else {"ann"})


def test_other_groups_are_no_matter_of_the_desk(ann, erin, talk):
    add_participant(owner=ann, conversation_id=talk.pk, user_id=erin.pk)
    editors = Group.objects.create(name="Editors")

    editors.user_set.add(erin)
    erin.groups.clear()
    run_due_jobs()

    assert people_of(talk) == {"ann", "dora", "erin"}


def test_the_desk_has_nothing_to_do_with_other_conversations(ann, bob, erin, desk, talk):
    private = open_direct_conversation(first=ann, second=bob)

    desk.user_set.add(erin)
    run_due_jobs()

    assert people_of(private) == {"ann", "bob"}


def test_a_buyer_who_leaves_the_desk_keeps_their_own_order(dora, desk, erin):
    desk.user_set.add(erin)
    own = open_order_conversation(order=make_order(dora), opener=dora)

    desk.user_set.remove(dora)
    run_due_jobs()

    assert people_of(own) == {"dora", "erin"}


def test_closed_conversations_are_left_as_they_are(erin, desk, talk):
    Conversation.objects.update(state="closed")

    desk.user_set.add(erin)
    run_due_jobs()

    assert people_of(talk) == {"ann", "dora"}


def test_many_conversations_are_taken_in_portions(ann, erin, desk, talk, monkeypatch):
    others = [open_order_conversation(order=make_order(ann), opener=ann) for _ in range(2)]
    product = open_product_conversation(product=make_product(), asker=ann)
    monkeypatch.setattr(conversations, "SEATED_AT_ONCE", 2)

    desk.user_set.add(erin)
    run_due_jobs()

    assert all("erin" in people_of(each) for each in (talk, product, *others))
    assert Job.objects.filter(name="store.reseat_at_desk").count() == 3
