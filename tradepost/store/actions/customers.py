"""Customers."""

from tradepost.accounts.models import User
from tradepost.kit.transactions import atomic
from tradepost.store.models import Customer


@atomic
def ensure_customer(*, user: User) -> Customer:
    """Return the user's customer record, made if it is missing (bulk inserts send no signal)."""
    customer, _ = Customer.objects.get_or_create(user=user)
    return customer
