"""Customers and their addresses.

What a person writes about themselves locks the account first and looks whether it is still open:
what was forgotten with a closed account must not come back.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tradepost.accounts.actions.users import forget_history, lock_account
from tradepost.accounts.models import User
from tradepost.feed.actions.publishing import publish
from tradepost.kit.errors import NotFound
from tradepost.kit.locks import lock_one
from tradepost.kit.transactions import atomic, refusing_duplicates
from tradepost.store.actions.reviews import forget_reviews
from tradepost.store.errors import CustomerExists, CustomerInUse, TooManyAddresses
from tradepost.store.models import Address, Cart, Customer, Review
from tradepost.store.models.customers import MOST_ADDRESSES


@atomic
def ensure_customer(*, user: User) -> Customer:
    """Return the user's customer record, made if it is missing (bulk inserts send no signal)."""
    customer, _ = Customer.objects.get_or_create(user=user)
    return customer


@atomic
def create_customer(*, user_id: UUID, fields: Mapping[str, Any]) -> Customer:
    """Make the record of a user who has none. Raises CustomerExists."""
    refusal = CustomerExists(field="user_id")
    lock_one(User.objects.filter(pk=user_id), weakly=True, error=refusal)
    with refusing_duplicates(Customer.objects.filter(user_id=user_id), refusal):
        customer = Customer.objects.create(user_id=user_id, **fields)
    return Customer.objects.select_related("user").get(pk=customer.pk)


@atomic
def change_customer(*, customer_id: int, changes: Mapping[str, Any]) -> Customer:
    """Change ``phone``, ``birth_date`` or ``membership``. Raises NotFound."""
    customer = _lock_customer(customer_id)
    for name, value in changes.items():
        setattr(customer, name, value)
    customer.save(update_fields=list(changes))
    _announce(customer.user_id)
    return customer


@atomic
def change_own_details(*, user: User, changes: Mapping[str, Any]) -> Customer:
    """Change one's own ``phone`` or ``birth_date``; the membership is not one's own to change.

    Raises AccountClosed.
    """
    lock_account(user)
    own = {name: changes[name] for name in ("phone", "birth_date") if name in changes}
    return change_customer(customer_id=ensure_customer(user=user).pk, changes=own)


@atomic
def delete_customer(*, customer_id: int) -> None:
    """Remove a record that nobody needs. Raises NotFound, or CustomerInUse."""
    customer = _lock_customer(customer_id)
    if customer.user.is_active or customer.orders.exists():
        raise CustomerInUse
    customer.delete()


@atomic
def forget_customer(*, user: User) -> None:
    """Forget what the shop knows of a person whose account is closed, their cart and their reviews
    too, but for the orders: the shop has to keep its books."""
    _forget_history(user)
    list(Cart.objects.select_for_update().filter(owner=user))  # before its lines, like everybody
    forget_reviews(author=user)
    Cart.objects.filter(owner=user).delete()
    Customer.objects.filter(user=user).update(phone="", birth_date=None)
    Address.objects.filter(customer__user=user).delete()


@atomic
def add_address(*, user: User, street: str, city: str, zip: str = "") -> Address:
    """Note where a customer wants things sent. Raises TooManyAddresses or AccountClosed."""
    lock_account(user)
    customer = ensure_customer(user=user)
    if customer.addresses.count() >= MOST_ADDRESSES:
        raise TooManyAddresses
    address = Address.objects.create(customer=customer, street=street, city=city, zip=zip)
    _announce(user.pk)
    return address


@atomic
def change_address(*, user: User, address_id: int, changes: Mapping[str, Any]) -> Address:
    """Change one's own address; orders that were sent there keep it as it was.

    Raises NotFound or AccountClosed.
    """
    lock_account(user)
    address = lock_one(Address.objects.visible_to(user).filter(pk=address_id))
    for name, value in changes.items():
        setattr(address, name, value)
    address.save(update_fields=list(changes))
    _announce(user.pk)
    return address


@atomic
def remove_address(*, user: User, address_id: int) -> None:
    """Forget one's own address. Raises NotFound or AccountClosed."""
    lock_account(user)
    removed, _ = Address.objects.visible_to(user).filter(pk=address_id).delete()
    if not removed:
        raise NotFound
    _announce(user.pk)


def _forget_history(user: User) -> None:
    """In the admin's history customers and addresses and reviews are called like the person."""
    for rows in (
        Customer.objects.filter(user=user),
        Address.objects.filter(customer__user=user),
        Review.objects.filter(author=user),
    ):
        forget_history(of=rows.model, keys=rows.values_list("pk", flat=True))


def _announce(user_id: UUID) -> None:
    """Tell the person's own devices; what is in a record is nobody else's matter."""
    publish(kind="customer.changed", user_ids=[user_id], data={})


def _lock_customer(customer_id: int) -> Customer:
    return lock_one(Customer.objects.select_related("user").filter(pk=customer_id))
