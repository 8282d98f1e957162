"""Talking about what is bought."""

from tradepost.accounts.models import User
from tradepost.kit.transactions import atomic
from tradepost.messaging.actions.conversations import open_conversation_about
from tradepost.messaging.models import Conversation
from tradepost.store.models import Order
from tradepost.store.queries import list_shop_desk


@atomic
def open_order_conversation(*, order: Order) -> Conversation:
    """Return the one conversation about an order, between its buyer and the shop's desk."""
    buyer: User = order.customer.user
    return open_conversation_about(
        subject=order, title=f"Order {order.pk}", owner=buyer, people=list_shop_desk()
    )
