"""The places that somebody keeps."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from tradepost.accounts.caller import SignedInRequest
from tradepost.stays.models import Property


def kept_places(request: SignedInRequest) -> QuerySet[Property]:
    """Return those that the reader may change."""
    return Property.objects.visible_to(request.user).kept_by(request.user).select_related("host")


def kept_place(request: SignedInRequest, pk: int) -> Property:
    """Return one of them; 404 for any other, also for what everybody can see."""
    return get_object_or_404(kept_places(request), pk=pk)
