"""The home page, and likes of products."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tradepost.accounts.caller import SignedInRequest
from tradepost.core.views.facts import home_facts
from tradepost.kit.http.pages import check_limit, posted_from
from tradepost.kit.http.stored_pages import stored_for_visitors
from tradepost.likes.actions.likes import like, unlike
from tradepost.likes.limits import LikeChanges
from tradepost.stays.cards import list_liked
from tradepost.stays.stamps import PLACES
from tradepost.store.cards import ON_A_SHELF, list_shelves
from tradepost.store.queries import list_counted_collections
from tradepost.store.stamps import CATALOGUE


@stored_for_visitors(lambda: [CATALOGUE, PLACES])
def home(request: HttpRequest) -> HttpResponse:
    """What there is, and where to go from here."""
    context = {
        "facts": home_facts(),
        "collections": list_counted_collections(),
        "places": list_liked(number=ON_A_SHELF),
        **list_shelves(),
    }
    return render(request, "core/home.html", context)


@login_required
@posted_from("product", "pk")
def product_like(request: SignedInRequest, pk: int) -> HttpResponse:
    """Like a product, or no longer like it."""
    check_limit(LikeChanges(), request)
    change = unlike if "unlike" in request.POST else like
    change(user=request.user, kind="product", object_id=pk)
    return redirect("product", pk=pk)
