"""One place to stay, as its guests look at it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from tradepost.accounts.models import User
from tradepost.stays.models import Property
from tradepost.stays.queries.properties import with_details


def place(request: HttpRequest, pk: int) -> HttpResponse:
    user = request.user if isinstance(request.user, User) else None
    shown = get_object_or_404(with_details(Property.objects.visible_to(user)), pk=pk)
    return render(request, "stays/place.html", {"place": shown})
