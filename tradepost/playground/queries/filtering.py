"""Filtering"""

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import F, Q

from tradepost.accounts.models import User
from tradepost.store.models import Collection, Customer, OrderItem, Product


def nothing_is_asked_before_it_is_needed() -> Iterable[object]:
    """A query set is asked when its rows are needed, however long its chain of words is."""
    products = Product.objects.all()
    cheap = products.filter(unit_price__lt=20).order_by("unit_price", "pk")
    return cheap[:5]


def a_product_that_is_not_there() -> dict[str, object]:
    """Three ways to live without an object: catch, first() and exists()."""
    missing = Product.objects.filter(pk=0)
    try:
        caught: Product | None = missing.get()
    except Product.DoesNotExist:
        caught = None
    return {"caught": caught, "first": missing.first(), "exists": missing.exists()}


def prices_in_a_range() -> Iterable[object]:
    """Products between 10 and 20."""
    price_range = (Decimal(10), Decimal(20))
    return Product.objects.filter(unit_price__range=price_range).order_by("unit_price", "pk")[:5]


def words_in_titles() -> Iterable[object]:
    """Titles with "tea" in them, however it is written, and titles that begin with "S"."""
    found = Product.objects.filter(Q(title__icontains="tea") | Q(title__startswith="S"))
    return found.order_by("title", "pk")[:5]


def parts_of_dates() -> dict[str, object]:
    """How many products changed in 2021, and how many people have no birth date."""
    return {
        "changed in 2021": Product.objects.filter(last_update__year=2021).count(),
        "without a birth date": Customer.objects.filter(birth_date__isnull=True).count(),
    }


def across_one_relation() -> Iterable[object]:
    """Collections without a featured product; people whose mail address has ".com" in it."""
    bare = Collection.objects.filter(featured_product=None).order_by("title", "pk")[:3]
    people = User.objects.filter(email__icontains=".com").order_by("username")[:3]
    return [*bare, *people]


def across_two_relations() -> Iterable[object]:
    """Lines of orders with products of the first collection."""
    first = Collection.objects.order_by("pk").values("pk")[:1]
    return OrderItem.objects.filter(product__collection=first).order_by("pk")[:5]


def one_condition_or_the_other() -> Iterable[object]:
    """Products that run low or cost less than 10, but not both."""
    low, cheap = Q(inventory__lt=10), Q(unit_price__lt=10)
    return Product.objects.filter((low | cheap) & ~(low & cheap)).order_by("title", "pk")[:5]


def one_column_against_another() -> Iterable[object]:
    """Products that cost less than their list price, and those with as many left as their
    collection's number."""
    lowered = Product.objects.filter(price__lt=F("unit_price")).order_by("pk")[:3]
    curious = Product.objects.filter(inventory=F("collection__id")).order_by("pk")[:3]
    return [*lowered, *curious]
