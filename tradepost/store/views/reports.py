"""What was sold, for the staff: a page with charts, and its table of days as a file."""

import csv
from collections.abc import Sequence
from decimal import Decimal

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render

from tradepost.accounts.caller import SignedInRequest
from tradepost.kit.charts import height_of, lay_rows, stand_columns
from tradepost.kit.errors import Invalid
from tradepost.kit.replica import reads_from_replica
from tradepost.store.forms import PeriodForm
from tradepost.store.reports import (
    Period,
    SalesReport,
    Seller,
    choose_period,
    list_days,
    may_read_reports,
    read_sales_report,
    today_here,
)

COLUMNS = ("date", "revenue", "orders", "paid", "pending", "failed", "canceled")


@login_required
@reads_from_replica
def reports(request: SignedInRequest) -> HttpResponse:
    """The figures of a period; with one that cannot be read, only the form, and why."""
    form, period = _asked(request)
    context: dict[str, object] = {"form": form}
    if period is not None:
        context |= _shown(read_sales_report(period))
    return render(request, "store/reports.html", context, status=400 if period is None else 200)


@login_required
@reads_from_replica
def reports_days(request: SignedInRequest) -> HttpResponse:
    """The days of a period as comma-separated values."""
    form, period = _asked(request)
    if period is None:
        return render(request, "store/reports.html", {"form": form}, status=400)
    name = f"sales-{period.first}-{period.last}.csv"
    response = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
    lines = csv.writer(response)
    lines.writerow(COLUMNS)
    lines.writerows([getattr(day, column) for column in COLUMNS] for day in list_days(period))
    return response


def _asked(request: SignedInRequest) -> tuple[PeriodForm, Period | None]:
    """Return the form as filled in, and the period if it says one. Raises PermissionDenied."""
    if not may_read_reports(request.user):
        raise PermissionDenied
    form = PeriodForm(request.GET)
    if not form.is_valid():
        return form, None
    first, last = form.cleaned_data["from"], form.cleaned_data["to"]
    try:
        period = choose_period(first=first, last=last, today=today_here())
    except Invalid as error:
        form.add_error(error.field, str(error))
        return form, None
    return PeriodForm({"from": period.first, "to": period.last}), period


def _shown(report: SalesReport) -> dict[str, object]:
    days, sellers = report.days, report.best_sellers
    columns = stand_columns([day.revenue for day in days])
    return {
        "report": report,
        "busiest": max(days, key=lambda day: day.revenue),
        "day_columns": list(zip(days, columns, strict=True)),
        "by_units": _lay(sellers.by_units, [seller.units for seller in sellers.by_units]),
        "by_revenue": _lay(sellers.by_revenue, [seller.revenue for seller in sellers.by_revenue]),
    }


def _lay(sellers: list[Seller], values: Sequence[Decimal | int]) -> dict[str, object]:
    rows = lay_rows(values)
    return {"bars": list(zip(sellers, rows, strict=True)), "height": height_of(rows)}
