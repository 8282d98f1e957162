"""The staff's dashboard: each panel for holders of its permission, each one query."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from tradepost.core.panels import PANELS, read_panels
from tradepost.kit.models import Job
from tradepost.messaging.actions.reports import report_message
from tradepost.messaging.tests.factories import make_conversation, say
from tradepost.stays.models import Booking
from tradepost.stays.tests.factories import make_booking, make_property
from tradepost.store.tests.factories import make_order, make_product
from tradepost.store.tests.test_reports import make_sale

PAGE, JOBS = "/dashboard/", "/dashboard/jobs/"


@pytest.fixture
def stella(charlie, client):
    """Staff without any permission, signed in."""
    charlie.is_staff = True
    charlie.save()
    client.force_login(charlie)
    return charlie


def allow(user, *codenames: str) -> None:
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))


def make_dead_job(**fields) -> Job:
    now = timezone.now()
    defaults = {"name": "store.send_receipt", "state": Job.State.DEAD, "attempts": 8}
    return Job.objects.create(**{**defaults, "run_at": now, "finished_at": now, **fields})


def figures_of(user, name: str) -> dict:
    return next(one.figures for one in read_panels(user) if one.panel.name == name)


def test_people_who_are_no_staff_see_no_dashboard(client, ann):
    client.force_login(ann)

    assert client.get(PAGE).status_code == 403
    assert 'href="/dashboard/"' not in client.get("/").content.decode()


def test_visitors_are_asked_to_sign_in(client, db):
    assert client.get(PAGE)["Location"] == f"/account/sign-in/?next={PAGE}"


def test_staff_without_permissions_are_told_why_there_is_nothing(client, stella):
    answer = client.get(PAGE)

    assert answer.context["panels"] == []
    assert "You have no permission" in answer.content.decode()


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)
def test_a_panel_is_for_holders_of_its_permission(client, stella, panel):
    allow(stella, panel.permission.partition(".")[2])

    shown = [one.panel.name for one in client.get(PAGE).context["panels"]]

    alike = [one.name for one in PANELS if one.permission == panel.permission]
    assert shown == alike


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)
def test_a_panel_is_one_query(boss, ann, bob, panel, django_assert_num_queries):
    fill(ann, bob)

    with django_assert_num_queries(1):
        assert panel.read()


def fill(ann, bob) -> None:
    """Have two of everything that panels show."""
    for number in range(2):
        make_order(ann)
        make_dead_job()
        make_booking(make_property(), ann, date(2026, 5, 1 + number), confirmed_at=timezone.now())
        message = say(bob, make_conversation(ann, bob), f"Buy {number}")
        report_message(reporter=ann, message_id=message.pk, reason="spam")


def test_every_panel_shows_what_there_is_and_where_to_go(client, boss, ann, bob):
    fill(ann, bob)
    make_product(title="Last mug", inventory=1)

    text = client.get(PAGE).content.decode()

    assert "2 orders, the oldest first" in text
    assert "Last mug" in text
    assert "2 reports wait" in text
    assert "2 jobs, the newest first" in text
    assert "<svg" in text and "The days as a table" in text


def test_sales_are_those_of_the_last_thirty_days(boss, ann):
    mug, now = make_product(unit_price="8.00"), timezone.now()
    make_sale(ann, {mug: 2}, at=now)
    make_sale(ann, {mug: 1}, at=now - timedelta(days=31))

    figures = figures_of(boss, "sales")

    assert (figures["totals"].revenue, figures["totals"].orders) == (Decimal("16.00"), 1)
    assert len(figures["day_columns"]) == 30


def test_orders_that_wait_come_oldest_first(boss, ann):
    now = timezone.now()
    newer = make_sale(ann, at=now, status="P")
    older = make_sale(ann, at=now - timedelta(days=3), status="P")
    make_sale(ann, at=now, status="C")
    make_sale(ann, at=now, status="P", canceled_at=now)

    figures = figures_of(boss, "orders")

    assert [order["pk"] for order in figures["orders"]] == [older.pk, newer.pk]
    assert figures["count"] == 2


def test_stays_are_summed_by_currency_with_their_nights(boss, ann):
    now, place = timezone.now(), make_property(price=Decimal("100.00"))
    make_booking(place, ann, date(2026, 5, 1), nights=2, confirmed_at=now)
    make_booking(place, ann, date(2026, 6, 1), nights=3, confirmed_at=now, currency="EUR")
    make_booking(place, ann, date(2026, 7, 1), confirmed_at=now - timedelta(days=31))
    make_booking(place, ann, date(2026, 8, 1), nights=1, confirmed_at=now)
    pending = make_booking(place, ann, date(2026, 9, 1), confirmed_at=now)
    Booking.objects.filter(pk=pending.pk).update(
        status=Booking.Status.PENDING, confirmed_at=None, hold_until=now
    )

    sums = figures_of(boss, "bookings")["sums"]

    assert [
        (one["currency"], one["nights_booked"], one["income"], one["bookings"]) for one in sums
    ] == [
        ("EUR", 3, Decimal("300.00"), 1),
        ("USD", 3, Decimal("300.00"), 2),
    ]


def test_a_dead_job_runs_again(client, boss):
    job, other = make_dead_job(), make_dead_job()

    answer = client.post(JOBS, {"job": job.pk}, follow=True)

    job.refresh_from_db()
    other.refresh_from_db()
    assert (job.state, job.attempts, other.state) == (Job.State.WAITING, 0, Job.State.DEAD)
    assert "The job will run again." in answer.content.decode()


@pytest.mark.parametrize("number", ["", "x", "9" * 40, "²"])
def test_a_job_that_is_none_changes_nothing(client, boss, number):
    job = make_dead_job()

    answer = client.post(JOBS, {"job": number}, follow=True)

    job.refresh_from_db()
    assert job.state == Job.State.DEAD
    assert "There is no such job" in answer.content.decode()


def test_only_holders_of_the_permission_run_jobs_again(client, stella):
    allow(stella, "view_job")
    job = make_dead_job()

    answer = client.post(JOBS, {"job": job.pk})

    job.refresh_from_db()
    assert answer.status_code == 403
    assert job.state == Job.State.DEAD
    assert "Run again" not in client.get(PAGE).content.decode()
