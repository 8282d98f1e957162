"""What is for sale."""

from django.core.paginator import Paginator
from django.db.models import Avg
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from tradepost.store.forms import AddToCartForm, CatalogueForm
from tradepost.store.models import Product, Review

PRODUCTS_A_PAGE = 12
REVIEWS_A_PAGE = 10


def products(request: HttpRequest) -> HttpResponse:
    """The catalogue, narrowed, ordered and in numbered pages."""
    form = CatalogueForm(request.GET)
    pages = Paginator(form.narrow(Product.objects.public()), PRODUCTS_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    numbers = pages.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    context = {"form": form, "page": page, "numbers": numbers}
    return render(request, "store/products.html", context)


def product(request: HttpRequest, pk: int) -> HttpResponse:
    """One product, what people think of it, and the form that puts it into the cart."""
    shown = get_object_or_404(Product.objects.public().select_related("collection"), pk=pk)
    reviews = Review.objects.public().filter(product=shown).order_by("-date", "-id")
    context = {
        "product": shown,
        "average": reviews.aggregate(average=Avg("rating"))["average"],
        "page": Paginator(reviews, REVIEWS_A_PAGE).get_page(request.GET.get("page")),
        "form": AddToCartForm(initial={"product_id": shown.pk}),
    }
    return render(request, "store/product.html", context)
