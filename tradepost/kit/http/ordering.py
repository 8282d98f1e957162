"""``?ordering=``"""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework.filters import OrderingFilter
from rest_framework.request import Request
from rest_framework.views import APIView


class Ordering(OrderingFilter):
    """DRF's ordering, with the id as its last key: rows that are equal have an order, too.

    The id rises or falls with the key before it, so that one index serves both directions.
    """

    def get_ordering(
        self, request: Request, queryset: QuerySet[Any], view: APIView
    ) -> Sequence[str] | None:
        asked = super().get_ordering(request, queryset, view)
        if not asked or asked[-1].lstrip("-") in ("id", "pk"):
            return asked
        return [*asked, "-id" if asked[-1].startswith("-") else "id"]
