"""The home page, and likes of products."""

from django.contrib.auth.decorators import login_required
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tradepost.accounts.caller import SignedInRequest
from tradepost.core.views.facts import home_facts
from tradepost.kit.http.pages import check_limit, posted_from
from tradepost.likes.actions.likes import like, unlike
from tradepost.likes.limits import LikeChanges
from tradepost.stays.cards import list_liked
from tradepost.store.models import Collection, Product

SHOWN_AT_HOME = 4


def home(request: HttpRequest) -> HttpResponse:
    """What there is, and where to go from here."""
    products = Product.objects.public()
    reduced, rated = products.filter(discount__gt=0), products.filter(ratings_count__gt=0)
    shelves = {
        "newest": products.order_by("-last_update", "-id"),
        "offers": reduced.order_by("-discount", "id"),
        "best_rated": rated.order_by("-rating", "-id"),
    }
    shown = {name: list(shelf[:SHOWN_AT_HOME]) for name, shelf in shelves.items()}
    prefetch_related_objects([one for shelf in shown.values() for one in shelf], "images")
    collections = Collection.objects.public().with_products_count().order_by("title", "id")
    context = {"facts": home_facts(), "collections": collections, **shown}
    context["places"] = list_liked(number=SHOWN_AT_HOME)
    return render(request, "core/home.html", context)


@login_required
@posted_from("product", "pk")
def product_like(request: SignedInRequest, pk: int) -> HttpResponse:
    """Like a product, or no longer like it."""
    check_limit(LikeChanges(), request)
    change = unlike if "unlike" in request.POST else like
    change(user=request.user, kind="product", object_id=pk)
    return redirect("product", pk=pk)
