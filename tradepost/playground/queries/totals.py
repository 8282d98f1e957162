"""Aggregates and annotations"""

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import CharField, Count, ExpressionWrapper, F, Func, Max, Min, Sum, Value
from django.db.models.functions import Concat

from tradepost.kit.money import MoneyField
from tradepost.store.models import Collection, Customer, Order, OrderItem, Product

NOTHING = Decimal("0.00")


def several_numbers_at_once() -> dict[str, object]:
    """How many products there are, and what the cheapest and the dearest cost."""
    return Product.objects.aggregate(
        count=Count("pk"), lowest=Min("unit_price"), highest=Max("unit_price")
    )


def four_small_questions() -> dict[str, object]:
    """Orders in all; units sold of the first product; orders of the first customer; prices of the
    first collection."""
    product = Product.objects.order_by("pk").values("pk")[:1]
    customer = Customer.objects.order_by("pk").values("pk")[:1]
    collection = Collection.objects.order_by("pk").values("pk")[:1]
    priced = Product.objects.filter(collection=collection)
    return {
        "orders": Order.objects.count(),
        "units": OrderItem.objects.filter(product=product).aggregate(
            sum=Sum("quantity", default=0)
        )["sum"],
        "of the customer": Order.objects.filter(customer=customer).count(),
        "prices": priced.aggregate(lowest=Min("unit_price"), highest=Max("unit_price")),
    }


def constants_and_calculations() -> Iterable[object]:
    """A constant, another column, and a column plus one."""
    products = Product.objects.annotate(new=Value(True), stock=F("inventory"), next=F("pk") + 1)
    return products.order_by("pk").values("pk", "new", "stock", "next")[:3]


def full_names() -> Iterable[object]:
    """First and last name joined by the database."""
    name = Concat("user__first_name", Value(" "), "user__last_name")
    return Customer.objects.annotate(name=name).order_by("pk").values_list("name", flat=True)[:5]


def titles_in_capitals() -> Iterable[object]:
    """Any function that the database has."""
    capitals = Func(F("title"), function="UPPER", output_field=CharField())
    titles = Product.objects.annotate(capitals=capitals).order_by("pk")
    return titles.values_list("capitals", flat=True)[:3]


def discounted_prices() -> Iterable[object]:
    """Four fifths of the price, exact: whole cents in the database, rounded half-up, and a Decimal
    here."""
    lowered = ExpressionWrapper(
        (F("unit_price") * Value(80) + Value(50)) / Value(100), output_field=MoneyField()
    )
    products = Product.objects.annotate(lowered=lowered).order_by("pk")
    return products.values("title", "unit_price", "lowered")[:3]


def orders_of_each_customer() -> Iterable[object]:
    """Customers without orders are counted too."""
    customers = Customer.objects.annotate(orders_count=Count("orders"), last=Max("orders__pk"))
    return customers.order_by("-orders_count", "pk").values("pk", "orders_count", "last")[:5]


def customers_with_more_than_five_orders() -> Iterable[object]:
    """A filter on a count is a HAVING."""
    customers = Customer.objects.annotate(orders_count=Count("orders")).filter(orders_count__gt=5)
    return customers.order_by("-orders_count", "pk").values("pk", "orders_count")[:5]


def spent_by_each_customer() -> Iterable[object]:
    """Who has not bought has spent 0.00, not nothing known."""
    spent = Sum("orders__total", default=NOTHING)
    customers = Customer.objects.annotate(spent=spent)
    return customers.order_by("-spent", "pk").values("pk", "spent")[:5]


def products_of_each_collection() -> Iterable[object]:
    """Collections with the number of their products."""
    collections = Collection.objects.annotate(count=Count("products")).order_by("-count", "pk")
    return collections.values("title", "count")[:5]


def five_best_sellers() -> Iterable[object]:
    """What most money was paid for; products without sales come last with 0.00, not first."""
    paid = F("orderitems__quantity") * F("orderitems__unit_price")
    sales = Sum(paid, output_field=MoneyField(), default=NOTHING)
    products = Product.objects.annotate(sales=sales).order_by("-sales", "pk")
    return products.values("title", "sales")[:5]
