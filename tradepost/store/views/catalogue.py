"""What is for sale."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from tradepost.accounts.models import User
from tradepost.kit.http.stored_pages import stored_for_visitors
from tradepost.store.cards import cards_of
from tradepost.store.extras import likes, tags
from tradepost.store.filters import ProductFilter
from tradepost.store.forms import AddToCartForm, CatalogueForm, ReviewForm
from tradepost.store.models import Product, ProductImage, Promotion, Review
from tradepost.store.queries import has_bought
from tradepost.store.stamps import CATALOGUE
from tradepost.store.views.facts import catalogue_facts, product_facts

PRODUCTS_A_PAGE = 12
REVIEWS_A_PAGE = 10
INDEXED = {"collection", "page"}  # what search engines may tell pages of the catalogue apart by


@stored_for_visitors(lambda: [CATALOGUE])
def products(request: HttpRequest) -> HttpResponse:
    """The catalogue, narrowed, ordered and in numbered pages."""
    form = CatalogueForm(request.GET)
    pages = Paginator(_narrow(form.asked()), PRODUCTS_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    numbers = pages.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    facts = catalogue_facts(
        collection_id=form.cleaned_data.get("collection"),
        collection=form.collection_title,
        page=page.number,
        is_narrowed=not request.GET.keys() <= INDEXED,
    )
    context = {
        "form": form,
        "page": page,
        "cards": cards_of(page.object_list),  # type: ignore[arg-type] # a slice of the query
        "numbers": numbers,
        "facts": facts,
    }
    return render(request, "store/products.html", context)


def _narrow(asked: Mapping[str, Any]) -> QuerySet[Product]:
    """Return the products that are asked for, in the order asked for."""
    matching = Product.objects.public().matching(asked.get("search", ""))
    found: QuerySet[Product] = ProductFilter(asked, queryset=matching).qs
    return found.order_by(asked["ordering"], "id") if "ordering" in asked else found


@stored_for_visitors(lambda: [CATALOGUE, likes.stamp])
def product(request: HttpRequest, pk: int) -> HttpResponse:
    return show_product(request, pk)


def show_product(
    request: HttpRequest, pk: int, *, review_form: ReviewForm | None = None
) -> HttpResponse:
    """One product, what people think of it, and the form that puts it into the cart.

    ``review_form`` is one with mistakes, to be shown again.
    """
    visible = Product.objects.public().select_related("collection").prefetch_related("images")
    shown = get_object_or_404(visible, pk=pk)
    reviews = Review.objects.public().filter(product=shown).order_by("-date", "-id")
    user = request.user if isinstance(request.user, User) else None
    context = {
        "product": shown,
        "facts": product_facts(shown),
        "picture": _choose_picture(shown, request.GET.get("picture", "")),
        "promotion": _name_promotion(shown),
        "tags": tags.read([shown.pk]).get(shown.pk, []),
        "page": Paginator(reviews, REVIEWS_A_PAGE).get_page(request.GET.get("page")),
        "form": AddToCartForm(initial={"product_id": shown.pk}),
        "likes": likes.read(shown.pk, user) if likes.read else None,
        **(_review_of(user, shown, review_form) if user else {}),
    }
    return render(request, "store/product.html", context)


def _choose_picture(shown: Product, wanted: str) -> ProductImage | None:
    """Return the picture that was asked for, or the first; None when there is none."""
    pictures = list(shown.images.all())
    return next((one for one in pictures if str(one.pk) == wanted), next(iter(pictures), None))


def _name_promotion(shown: Product) -> Promotion | None:
    """Return the promotion that the price shown comes from."""
    if not shown.discount:
        return None
    applied = Promotion.objects.public().filter(applied=True, products=shown)
    return applied.filter(discount=shown.discount).order_by("id").first()


def _review_of(user: User, shown: Product, form: ReviewForm | None) -> dict[str, object]:
    """Return the user's review of a product, and the form if there may be one."""
    own = Review.objects.public().filter(product=shown, author=user).first()
    may = own or settings.OPEN_REVIEWS or has_bought(user=user, product_id=shown.pk)
    if may and form is None:
        form = ReviewForm(initial=ReviewForm.initial_of(own, author=user))
    return {"own_review": own, "review_form": form if may else None}
