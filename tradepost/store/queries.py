"""Reads of the shop that need more than one table."""

from django.db.models import Q

from tradepost.accounts.models import User

CUSTOMER_SERVICE = "Customer Service"


def list_shop_desk() -> list[User]:
    """Return who answers for the shop: Customer Service, or the superusers while it is empty."""
    staffed = list(User.objects.filter(is_active=True, groups__name=CUSTOMER_SERVICE))
    return staffed or list(User.objects.filter(Q(is_active=True, is_superuser=True)))
