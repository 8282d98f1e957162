"""What the staff's dashboard shows: panels, each for holders of a permission, each one query.

A new one takes an entry in PANELS, a function that reads, and a template with its name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Count, F, Min, OuterRef, Subquery, Sum, Window
from django.utils import timezone

from tradepost.accounts.models import User
from tradepost.kit.charts import stand_columns
from tradepost.kit.models import Job
from tradepost.messaging.models import Report
from tradepost.stays.models import Booking, Night
from tradepost.store.models import Order
from tradepost.store.reports import (
    NOT_CANCELED,
    choose_period,
    list_days,
    list_short_stock,
    sum_days,
    today_here,
)

SHOWN = 5
DAYS = timedelta(days=30)

Read = Callable[[], dict[str, object]]


@dataclass(frozen=True)
class Panel:
    """``name`` is that of the template in ``core/panels/``; ``read`` returns what it shows."""

    name: str
    permission: str
    read: Read

    @property
    def template(self) -> str:
        return f"core/panels/{self.name}.html"


@dataclass(frozen=True)
class ShownPanel:
    panel: Panel
    figures: dict[str, object]


def read_panels(user: User) -> list[ShownPanel]:
    """Return what this user may see of the panels, in their order."""
    may_see = [panel for panel in PANELS if user.has_perm(panel.permission)]
    return [ShownPanel(panel, panel.read()) for panel in may_see]


def _read_sales() -> dict[str, object]:
    period = choose_period(first=None, last=None, today=today_here())
    days = list_days(period)
    totals = sum_days(days, units=0)
    columns = stand_columns([day.revenue for day in days])
    return {
        "period": period,
        "totals": totals,
        "busiest": max(days, key=lambda day: day.revenue),
        "day_columns": list(zip(days, columns, strict=True)),
    }


def _read_waiting_orders() -> dict[str, object]:
    pending = Order.objects.filter(NOT_CANCELED, payment_status=Order.PaymentStatus.PENDING)
    counted = pending.order_by("placed_at", "pk").annotate(count=Window(Count("pk")))
    rows = list(counted.values("pk", "placed_at", "total", "count")[:SHOWN])
    return {"orders": rows, "count": rows[0]["count"] if rows else 0}


def _read_stock() -> dict[str, object]:
    short = list_short_stock(below=settings.LOW_STOCK)
    return {"short": short, "products": short.products[:SHOWN]}


def _read_bookings() -> dict[str, object]:
    """Return the stays confirmed of late, by currency, with their nights and what they cost."""
    own = Night.objects.filter(booking=OuterRef("pk"), is_buffer=False, change=None).order_by()
    nights = own.values("booking").annotate(count=Count("pk")).values("count")
    confirmed = Booking.objects.filter(
        status=Booking.Status.CONFIRMED, confirmed_at__gte=timezone.now() - DAYS
    )
    of_each = confirmed.order_by().annotate(own_nights=Subquery(nights)).values("currency")
    sums = of_each.annotate(
        income=Sum("total"), nights_booked=Sum("own_nights"), bookings=Count("pk")
    ).order_by("currency")
    return {"sums": list(sums)}


def _read_reports() -> dict[str, object]:
    waiting = Report.objects.open().order_by().values("reason")
    rows = list(waiting.annotate(count=Count("pk"), oldest_at=Min("created_at")).order_by("reason"))
    reasons = dict(Report.Reason.choices)
    return {
        "count": sum(row["count"] for row in rows),
        "reasons": [{**row, "label": reasons[row["reason"]]} for row in rows],
    }


def _read_dead_jobs() -> dict[str, object]:
    dead = Job.objects.dead().annotate(count=Window(Count("pk"))).order_by(F("pk").desc())
    jobs = list(dead[:SHOWN])
    return {"jobs": jobs, "count": jobs[0].count if jobs else 0}  # type: ignore[attr-defined]


PANELS = [
    Panel("sales", "store.view_order", _read_sales),
    Panel("orders", "store.view_order", _read_waiting_orders),
    Panel("stock", "store.view_product", _read_stock),
    Panel("bookings", "stays.view_booking", _read_bookings),
    Panel("reports", "messaging.view_report", _read_reports),
    Panel("jobs", "kit.view_job", _read_dead_jobs),
]
