"""Customers and their addresses."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tradepost.accounts.models import User
from tradepost.kit.errors import NotFound
from tradepost.kit.transactions import atomic
from tradepost.store.errors import CustomerExists, CustomerInUse
from tradepost.store.models import Address, Customer


@atomic
def ensure_customer(*, user: User) -> Customer:
    """Return the user's customer record, made if it is missing (bulk inserts send no signal)."""
    customer, _ = Customer.objects.get_or_create(user=user)
    return customer


@atomic
def create_customer(*, user_id: UUID, fields: Mapping[str, Any]) -> Customer:
    """Make the record of a user who has none. Raises CustomerExists."""
    user = User.objects.select_for_update().filter(pk=user_id, customer=None).first()
    if user is None:
        raise CustomerExists(field="user_id")
    return Customer.objects.create(user=user, **fields)


@atomic
def change_customer(*, customer_id: int, changes: Mapping[str, Any]) -> Customer:
    """Change ``phone``, ``birth_date`` or ``membership``. Raises NotFound."""
    if not Customer.objects.filter(pk=customer_id).exists():
        raise NotFound
    if changes:
        Customer.objects.filter(pk=customer_id).update(**changes)
    return Customer.objects.select_related("user").get(pk=customer_id)


@atomic
def change_own_details(*, user: User, changes: Mapping[str, Any]) -> Customer:
    """Change one's own ``phone`` or ``birth_date``; the membership is not one's own to change."""
    own = {name: changes[name] for name in ("phone", "birth_date") if name in changes}
    return change_customer(customer_id=ensure_customer(user=user).pk, changes=own)


@atomic
def delete_customer(*, customer_id: int) -> None:
    """Remove a record that nobody needs. Raises NotFound, or CustomerInUse."""
    rows = Customer.objects.select_for_update(of=("self",)).select_related("user")
    customer = rows.filter(pk=customer_id).first()
    if customer is None:
        raise NotFound
    if customer.user.is_active or customer.orders.exists():
        raise CustomerInUse
    customer.delete()


@atomic
def forget_customer(*, user: User) -> None:
    """Forget what the shop knows of a person whose account is closed, but for the orders."""
    Customer.objects.filter(user=user).update(phone="", birth_date=None)
    Address.objects.filter(customer__user=user).delete()


@atomic
def add_address(*, user: User, street: str, city: str, zip: str = "") -> Address:
    """Note where a customer wants things sent."""
    customer = ensure_customer(user=user)
    return Address.objects.create(customer=customer, street=street, city=city, zip=zip)


@atomic
def change_address(*, user: User, address_id: int, changes: Mapping[str, Any]) -> Address:
    """Change one's own address; orders that were sent there keep it as it was. Raises NotFound."""
    address = Address.objects.visible_to(user).select_for_update(of=("self",)).filter(pk=address_id)
    found = address.first()
    if found is None:
        raise NotFound
    for name, value in changes.items():
        setattr(found, name, value)
    found.save(update_fields=list(changes))
    return found


@atomic
def remove_address(*, user: User, address_id: int) -> None:
    """Forget one's own address. Raises NotFound."""
    removed, _ = Address.objects.visible_to(user).filter(pk=address_id).delete()
    if not removed:
        raise NotFound
