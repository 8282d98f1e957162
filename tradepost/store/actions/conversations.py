"""Talking about what is bought, or might be."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet

from tradepost.accounts.models import User
from tradepost.kit.errors import Refused
from tradepost.kit.jobs import enqueue
from tradepost.kit.transactions import atomic
from tradepost.messaging.actions.conversations import open_conversation_about
from tradepost.messaging.actions.members import seat_person, unseat_person
from tradepost.messaging.models import Conversation
from tradepost.store.models import Order, Product
from tradepost.store.queries import CUSTOMER_SERVICE, list_shop_desk

SEATED_AT_ONCE = 100
FIRST = str(UUID(int=0))


@atomic
def open_order_conversation(*, order: Order, opener: User) -> Conversation:
    """Return the one conversation about an order, between its buyer and the shop's desk.

    A buyer who had left it is in it again. Raises Refused for anybody else, who may see the order
    but does not answer for the shop.
    """
    buyer: User = order.customer.user
    desk = list_shop_desk()
    if opener.pk not in {buyer.pk, *(person.pk for person in desk)}:
        raise Refused
    return _open(order, f"Order {order.pk}", owner=buyer, desk=desk, opener=opener)


@atomic
def open_product_conversation(*, product: Product, asker: User) -> Conversation:
    """Return the one conversation that somebody has with the shop's desk about a product.

    Raises Refused for the desk, which need not ask itself.
    """
    desk = list_shop_desk()
    if asker.pk in {person.pk for person in desk}:
        raise Refused("You answer for the shop yourself.")
    return _open(product, product.title, owner=asker, desk=desk, opener=asker)


@atomic
def reseat_desk(*, changed: User | Group, with_ids: Collection[Any] | None) -> None:
    """After somebody came to the shop's desk or left it, have them soon be in its conversations or
    out of them, by a job.

    ``changed`` is a person whose groups ``with_ids`` change, or a group whose people do; None
    means all of them.
    """
    people = _people_of_change(changed, with_ids)
    if not people or not _talks_of_shop().exists():
        return
    for user_id in people:
        enqueue("store.reseat_at_desk", user_id=str(user_id), after=FIRST)


@atomic
def reseat_person(*, user_id: UUID, after: UUID) -> None:
    """Do so for one person, in a portion of the conversations that come ``after`` one; a further
    job does the next portion."""
    is_at_desk = user_id in {person.pk for person in list_shop_desk()}
    talks = _talks_of_shop().filter(pk__gt=after).order_by("pk")
    seat = seat_person if is_at_desk else unseat_person
    ids = list(talks.values_list("pk", flat=True)[:SEATED_AT_ONCE])
    for conversation_id in ids:
        seat(conversation_id=conversation_id, user_id=user_id)
    if len(ids) == SEATED_AT_ONCE:
        enqueue("store.reseat_at_desk", user_id=str(user_id), after=str(ids[-1]))


def _people_of_change(changed: User | Group, with_ids: Collection[Any] | None) -> list[UUID]:
    desk = Group.objects.filter(name=CUSTOMER_SERVICE)
    if isinstance(changed, User):
        touched = desk.filter(user=changed) if with_ids is None else desk.filter(pk__in=with_ids)
        return [changed.pk] if touched.exists() else []
    if changed.name != CUSTOMER_SERVICE:
        return []
    people = User.objects.filter(groups=changed) if with_ids is None else with_ids
    return [getattr(person, "pk", person) for person in people]


def _talks_of_shop() -> QuerySet[Conversation]:
    """Those that are not closed."""
    kinds = ContentType.objects.get_for_models(Order, Product).values()
    talks = Conversation.objects.filter(subject_type__in=kinds)
    return talks.exclude(state=Conversation.State.CLOSED)


def _open(
    subject: Order | Product, title: str, *, owner: User, desk: Sequence[User], opener: User
) -> Conversation:
    conversation = open_conversation_about(subject=subject, title=title, owner=owner, people=desk)
    if not Conversation.objects.open_to(opener).filter(pk=conversation.pk).exists():
        seat_person(conversation_id=conversation.pk, user_id=opener.pk)
    return conversation
