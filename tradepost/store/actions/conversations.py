"""Talking about what is bought."""

from tradepost.accounts.models import User
from tradepost.kit.errors import Refused
from tradepost.kit.transactions import atomic
from tradepost.messaging.actions.conversations import open_conversation_about
from tradepost.messaging.models import Conversation
from tradepost.store.models import Order
from tradepost.store.queries import list_shop_desk


@atomic
def open_order_conversation(*, order: Order, opener: User) -> Conversation:
    """Return the one conversation about an order, between its buyer and the shop's desk.

    Whoever joined the desk since is taken in. Raises Refused for anybody else, who may see the
    order but does not answer for the shop.
    """
    buyer: User = order.customer.user
    desk = list_shop_desk()
    if opener.pk not in {buyer.pk, *(person.pk for person in desk)}:
        raise Refused
    return open_conversation_about(
        subject=order, title=f"Order {order.pk}", owner=buyer, people=desk
    )
