"""Reads of the shop that need more than one table."""

from tradepost.accounts.models import User

CUSTOMER_SERVICE = "Customer Service"


def list_shop_desk() -> list[User]:
    """Return who answers for the shop: Customer Service, or the superusers while it is empty.

    Only their ids are loaded.
    """
    people = User.objects.filter(is_active=True).only("pk").order_by("pk")
    staffed = list(people.filter(groups__name=CUSTOMER_SERVICE))
    return staffed or list(people.filter(is_superuser=True))
