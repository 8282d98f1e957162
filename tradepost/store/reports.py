"""What was sold: the figures of the sales report, each in one query whatever the number of rows.

Only paid orders are sales. Days are those of the site's time zone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import Count, DateField, F, Max, Min, Q, QuerySet, Sum, Value, Window
from django.db.models.functions import Cast, Concat, RowNumber, Trim, TruncDate
from django.utils.timezone import get_default_timezone, localdate
from django.utils.translation import gettext as _

from tradepost.accounts.models import User
from tradepost.kit.errors import Invalid
from tradepost.kit.money import MoneyField, half_up
from tradepost.store.models import Collection, Order, OrderItem, Product

DEFAULT_DAYS = 30
MOST_DAYS = 366
FIRST_YEAR, LAST_YEAR = 1970, 9998  # days around the ends of time have no hours in UTC
TOP = 10
MOST_LOW_IN_STOCK = 50
NOTHING = Decimal("0.00")

Status = Order.PaymentStatus
NOT_CANCELED = Q(canceled_at=None)
PAID = Q(payment_status=Status.COMPLETE) & NOT_CANCELED
PAID_LINE = Q(order__payment_status=Status.COMPLETE, order__canceled_at=None)


@dataclass(frozen=True)
class Period:
    """Whole days, ``first`` and ``last`` included."""

    first: date
    last: date

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(self.first, time.min, get_default_timezone())

    @property
    def ends_at(self) -> datetime:
        """The moment after the last day."""
        return datetime.combine(self.last + timedelta(1), time.min, get_default_timezone())

    def days(self) -> Iterator[date]:
        return (self.first + timedelta(n) for n in range((self.last - self.first).days + 1))


def may_read_reports(user: User) -> bool:
    """Return whether the figures are for this user: staff who may view orders."""
    return user.is_staff and user.has_perm("store.view_order")


def today_here() -> date:
    """Return the date of now in the site's time zone."""
    return localdate(timezone=get_default_timezone())


def choose_period(*, first: date | None, last: date | None, today: date) -> Period:
    """Return the period that is asked for; the last 30 days where nothing is said.

    Raises Invalid (field ``from`` or ``to``) when it ends before it starts or is too long.
    """
    for field, day in (("from", first), ("to", last)):
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            years = {"first": FIRST_YEAR, "last": LAST_YEAR}
            raise Invalid(_("The year must be from %(first)d to %(last)d.") % years, field=field)
    last = last or today
    first = first or last - timedelta(DEFAULT_DAYS - 1)
    if first > last:
        raise Invalid(_("The first day must not be after the last one."), field="from")
    if (last - first).days >= MOST_DAYS:
        longest = {"days": MOST_DAYS}
        raise Invalid(_("A period has at most %(days)d days.") % longest, field="from")
    return Period(first, last)


@dataclass(frozen=True, kw_only=True)
class Day:
    """Orders placed on a day, by what became of them; ``revenue`` is that of the paid ones."""

    date: date
    revenue: Decimal = NOTHING
    orders: int = 0
    paid: int = 0
    pending: int = 0
    failed: int = 0
    canceled: int = 0


@dataclass(frozen=True, kw_only=True)
class Totals:
    """``orders`` counts paid ones; ``average_order_value`` is None without any."""

    revenue: Decimal
    orders: int
    units: int
    average_order_value: Decimal | None


@dataclass(frozen=True, kw_only=True)
class Seller:
    """What a product brought in, at the prices that buyers agreed to."""

    product: int
    title: str
    units: int
    revenue: Decimal


@dataclass(frozen=True, kw_only=True)
class BestSellers:
    by_units: list[Seller]
    by_revenue: list[Seller]


@dataclass(frozen=True, kw_only=True)
class Spender:
    """A customer's paid orders of the period; ``last_order`` is the id of the newest."""

    customer: int
    name: str
    orders: int
    spent: Decimal
    last_order: int


@dataclass(frozen=True, kw_only=True)
class ShortProduct:
    product: int
    title: str
    inventory: int


@dataclass(frozen=True, kw_only=True)
class ShortStock:
    """How many products run out, and those of which there are fewest (at most 50)."""

    below: int
    count: int
    products: list[ShortProduct]


@dataclass(frozen=True, kw_only=True)
class CollectionPrices:
    """What products of a collection cost now; the prices are None when it has none."""

    collection: int
    title: str
    products_count: int
    lowest_price: Decimal | None
    average_price: Decimal | None
    highest_price: Decimal | None


@dataclass(frozen=True, kw_only=True)
class SalesReport:
    """Six queries, however much was sold: days, units, sellers, spenders, stock and prices."""

    period: Period
    totals: Totals
    days: list[Day]
    best_sellers: BestSellers
    customers: list[Spender]
    low_stock: ShortStock
    collections: list[CollectionPrices]


def read_sales_report(period: Period) -> SalesReport:
    """Return everything that the report shows of a period."""
    days = list_days(period)
    return SalesReport(
        period=period,
        totals=sum_days(days, units=count_units(period)),
        days=days,
        best_sellers=list_best_sellers(period),
        customers=list_spenders(period),
        low_stock=list_short_stock(below=settings.LOW_STOCK),
        collections=list_collection_prices(),
    )


def list_days(period: Period) -> list[Day]:
    """Return each day of the period, those without orders too."""
    rows = _orders(period).order_by().annotate(date=_day_placed()).values("date")
    counted = rows.annotate(
        revenue=Sum("total", filter=PAID, default=NOTHING),
        orders=Count("pk"),
        paid=Count("pk", filter=PAID),
        pending=Count("pk", filter=Q(payment_status=Status.PENDING) & NOT_CANCELED),
        failed=Count("pk", filter=Q(payment_status=Status.FAILED) & NOT_CANCELED),
        canceled=Count("pk", filter=~NOT_CANCELED),
    )
    known = {row["date"]: Day(**row) for row in counted}
    return [known.get(date) or Day(date=date) for date in period.days()]


def sum_days(days: list[Day], *, units: int) -> Totals:
    """Return what the days come to; the average is rounded half-up."""
    revenue, orders = sum((day.revenue for day in days), NOTHING), sum(day.paid for day in days)
    average = _average(revenue, orders)
    return Totals(revenue=revenue, orders=orders, units=units, average_order_value=average)


def count_units(period: Period) -> int:
    """Return how many things were sold."""
    sold: int = _paid_lines(period).aggregate(units=Sum("quantity", default=0))["units"]
    return sold


def list_best_sellers(period: Period) -> BestSellers:
    """Return the ten products of which most was sold, and the ten that brought in most."""
    sold = _paid_lines(period).order_by().values("product_id", "product__title")
    summed = sold.annotate(
        units=Sum("quantity"),
        revenue=Sum(F("quantity") * F("unit_price"), output_field=MoneyField()),
    )
    ranked = summed.annotate(
        by_units=Window(RowNumber(), order_by=[F("units").desc(), F("product_id").asc()]),
        by_revenue=Window(RowNumber(), order_by=[F("revenue").desc(), F("product_id").asc()]),
    )
    rows = ranked.filter(Q(by_units__lte=TOP) | Q(by_revenue__lte=TOP)).values_list(
        "product_id", "product__title", "units", "revenue", "by_units", "by_revenue"
    )
    by_units: dict[int, Seller] = {}
    by_revenue: dict[int, Seller] = {}
    for pk, title, units, revenue, place_by_units, place_by_revenue in rows:
        seller = Seller(product=pk, title=title, units=units, revenue=revenue)
        by_units[place_by_units] = by_revenue[place_by_revenue] = seller
    return BestSellers(by_units=_top(by_units), by_revenue=_top(by_revenue))


def _top(places: dict[int, Seller]) -> list[Seller]:
    return [places[place] for place in sorted(places)[:TOP]]


def list_spenders(period: Period) -> list[Spender]:
    """Return the ten customers who spent most."""
    first, last = F("customer__user__first_name"), F("customer__user__last_name")
    paid = _orders(period).filter(PAID).order_by()
    rows = paid.values("customer_id", name=Trim(Concat(first, Value(" "), last))).annotate(
        orders=Count("pk"), spent=Sum("total"), last_order=Max("pk")
    )
    top = rows.order_by("-spent", "customer_id")[:TOP]
    return [
        Spender(
            customer=row["customer_id"],
            name=row["name"],
            orders=row["orders"],
            spent=row["spent"],
            last_order=row["last_order"],
        )
        for row in top
    ]


def list_short_stock(*, below: int) -> ShortStock:
    """Return the products of which fewer than ``below`` are left, fewest first."""
    short = Product.objects.filter(inventory__lt=below).order_by("inventory", "title", "pk")
    counted = short.annotate(count=Window(Count("pk")))
    rows = list(counted.values_list("pk", "title", "inventory", "count")[:MOST_LOW_IN_STOCK])
    return ShortStock(
        below=below,
        count=rows[0][3] if rows else 0,
        products=[
            ShortProduct(product=pk, title=title, inventory=inventory)
            for pk, title, inventory, _count in rows
        ],
    )


def list_collection_prices() -> list[CollectionPrices]:
    """Return every collection with its lowest, average (half-up) and highest price of now."""
    # Not Avg: SQLite's is a floating point number.
    rows = Collection.objects.order_by("title", "pk").annotate(
        count=Count("products"),
        lowest=Min("products__price"),
        highest=Max("products__price"),
        sum=Sum("products__price", default=NOTHING),
    )
    columns = rows.values_list("pk", "title", "count", "lowest", "highest", "sum")
    return [
        CollectionPrices(
            collection=pk,
            title=title,
            products_count=count,
            lowest_price=lowest,
            average_price=_average(total, count),
            highest_price=highest,
        )
        for pk, title, count, lowest, highest, total in columns
    ]


def _day_placed() -> Cast | TruncDate:
    """Return the day of an order in the site's time zone, as the database finds it."""
    zone = get_default_timezone()
    # Both are right in UTC; there the cast is four times as fast on SQLite, whose truncating is a
    # call of Python for each row.
    is_utc = str(zone) == "UTC"
    return Cast("placed_at", DateField()) if is_utc else TruncDate("placed_at", tzinfo=zone)


def _orders(period: Period) -> QuerySet[Order]:
    return Order.objects.filter(placed_at__gte=period.starts_at, placed_at__lt=period.ends_at)


def _paid_lines(period: Period) -> QuerySet[OrderItem]:
    return OrderItem.objects.filter(
        PAID_LINE, order__placed_at__gte=period.starts_at, order__placed_at__lt=period.ends_at
    )


def _average(total: Decimal, count: int) -> Decimal | None:
    return half_up(total / count) if count else None
