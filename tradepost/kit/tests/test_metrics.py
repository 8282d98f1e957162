"""The numbers for Prometheus: who sees them, and that they are right."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.apps import apps
from django.test import RequestFactory
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from tradepost.kit import metrics
from tradepost.kit.http.metrics import show
from tradepost.kit.http.throttling import Limit
from tradepost.kit.jobs import enqueue
from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.kit.metrics import Reading
from tradepost.kit.models import Job

TOKEN = "a-token-for-the-tests"
PRODUCTS = "/api/v1/store/products/"


@pytest.fixture(autouse=True)
def counting(settings) -> Iterator[None]:
    settings.METRICS_TOKEN = TOKEN
    metrics.switch_on()
    yield
    metrics.switch_off()


def numbers(name: str) -> dict[tuple[str, ...], float]:
    """The samples called ``name``, by the values of their labels in the order of their names."""
    families = text_string_to_metric_families(metrics.write_text().decode())
    return {
        tuple(value for _, value in sorted(sample.labels.items())): sample.value
        for family in families for sample in family.samples if sample.name == name
    }  # fmt: skip


def look(rf: RequestFactory, authorization: str) -> bytes:
    return show(rf.get("/metrics", headers={"Authorization": authorization})).content


@pytest.mark.django_db
def test_who_knows_the_token_sees_the_numbers(rf) -> None:
    assert b"tradepost_jobs_oldest_seconds 0.0" in look(rf, f"Bearer {TOKEN}")


@pytest.mark.parametrize(
    "said", ["", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x"]
)
def test_strangers_see_no_such_page(rf, said) -> None:
    from django.http import Http404

    with pytest.raises(Http404):
        look(rf, said)


def test_without_a_token_nobody_sees_anything(rf, settings) -> None:
    from django.http import Http404

    settings.METRICS_TOKEN = ""

    with pytest.raises(Http404):
        look(rf, "Bearer ")


@pytest.mark.django_db
def test_a_request_is_counted_by_method_route_and_status(api, ann) -> None:
    api(ann).get("/api/v1/auth/users/me/")
    api().get("/api/v1/auth/users/me/")
    api().get("/api/v1/auth/users/me/")

    counted = numbers("tradepost_request_seconds_count")
    assert {key: value for key, value in counted.items() if key[1].endswith("me/$")} == {
        ("GET", "api/v1/auth/users/me/$", "200"): 1,
        ("GET", "api/v1/auth/users/me/$", "401"): 2,
    }


@pytest.mark.django_db
def test_a_hot_read_is_counted_under_the_route_that_django_knows(api, make_product) -> None:
    make_product()
    for _ in range(3):
        api().get(PRODUCTS)

    counted = numbers("tradepost_request_seconds_count")
    assert {key: value for key, value in counted.items() if "products" in key[1]} == {
        ("GET", "api/v1/store/products/$", "200"): 3,
    }


@pytest.mark.django_db
def test_addresses_and_methods_that_somebody_makes_up_are_one(client) -> None:
    for path in ("/no/such/1", "/no/such/2"):
        client.generic("BREW", path)

    assert numbers("tradepost_request_seconds_count") == {("other", "none", "404"): 2}


def test_the_statements_of_a_request_are_counted(api, make_product) -> None:
    product = make_product()
    reviews = f"{PRODUCTS}{product.pk}/reviews/"

    api().get(reviews)
    once = numbers("tradepost_request_queries_total")
    api().get(reviews)

    [(route, many)] = once.items()
    assert route[0].endswith("reviews/$")
    assert many >= 1
    assert numbers("tradepost_request_queries_total") == {route: 2 * many}


@pytest.mark.django_db
def test_more_than_there_is_counts_as_a_conflict(api, ann, make_product) -> None:
    product = make_product(inventory=3)
    cart = api().post("/api/v1/store/carts/").json()["id"]
    line = {"product_id": product.pk, "quantity": 2}
    api().post(f"/api/v1/store/carts/{cart}/items/", line)
    apps.get_model("store", "Product").objects.update(inventory=1)

    answer = api(ann).post("/api/v1/store/orders/", {"cart_id": cart})

    assert answer.json()["code"] == "out_of_stock"
    assert numbers("tradepost_refusals_total") == {("out_of_stock",): 1}


class Knocks(Limit):
    scope = "knocks"
    most = 1
    seconds = 3600


@pytest.mark.django_db
def test_what_is_beyond_a_limit_is_counted(rf, settings) -> None:
    from django.contrib.auth.models import AnonymousUser

    settings.RATE_LIMITS = True
    request = rf.post("/")
    request.user = AnonymousUser()

    allowed = [Knocks().allow_request(request, None) for _ in range(3)]

    assert allowed == [True, False, False]
    assert numbers("tradepost_rate_limited_total") == {("knocks",): 2}


@pytest.mark.django_db
def test_jobs_are_counted_by_what_became_of_them() -> None:
    now = timezone.now()
    due = now - timedelta(seconds=90)
    recent, long_ago = now - timedelta(minutes=1), now - timedelta(minutes=6)
    for name, fields in [
        ("a.due", {"run_at": due}),
        ("a.due", {"run_at": now - timedelta(seconds=5)}),
        ("a.later", {"run_at": now + timedelta(hours=1)}),
        ("a.again", {"run_at": now + timedelta(hours=1), "attempts": 2}),
        ("a.dead", {"run_at": due, "state": Job.State.DEAD, "finished_at": recent}),
        ("a.done", {"run_at": due, "state": Job.State.DONE, "finished_at": recent}),
        ("a.done", {"run_at": due, "state": Job.State.DONE, "finished_at": long_ago}),
    ]:
        Job.objects.create(name=name, **fields)

    assert numbers("tradepost_jobs_waiting") == {("a.due",): 2}
    assert 90 <= numbers("tradepost_jobs_oldest_seconds")[()] < 600
    assert numbers("tradepost_jobs_failing") == {("a.again",): 1}
    assert numbers("tradepost_jobs_dead") == {("a.dead",): 1}
    assert numbers("tradepost_jobs_done_recently") == {("a.done",): 1}


@pytest.mark.django_db
def test_runs_of_jobs_are_counted_by_how_they_ended(register) -> None:
    @register("work", max_attempts=2)
    def work(*, fails: bool) -> None:
        if fails:
            raise LookupError

    enqueue("work", fails=False)
    enqueue("work", fails=True)
    run_due_jobs()
    run_due_jobs(now=timezone.now() + timedelta(minutes=1))

    assert numbers("tradepost_job_run_seconds_count") == {
        ("work", "done"): 1,
        ("work", "failed"): 1,
        ("work", "dead"): 1,
    }


def test_a_reading_that_cannot_be_had_leaves_the_others(db, monkeypatch) -> None:
    from django.db import OperationalError

    def away() -> None:
        raise OperationalError

    monkeypatch.setattr(metrics.declared["tradepost_jobs_dead"], "read", away)

    text = metrics.write_text().decode()

    assert "tradepost_jobs_dead" not in text
    assert "tradepost_jobs_oldest_seconds 0.0" in text


def test_a_name_is_declared_once() -> None:
    with pytest.raises(ValueError, match="declared already"):
        Reading("tradepost_jobs_dead", "again", read=dict)


PROCESS = """
import os, sys
from tradepost.kit import metrics
from tradepost.kit.metrics import Count, Level
metrics.switch_on(shared_folder=sys.argv[1])
Count("knocks_total", "Knocks.").add(by=2)
Level("guests", "Guests.").change(3)
if sys.argv[2] == "show":
    from tradepost.kit.metrics.prometheus import Readings
    Readings.collect = lambda self: iter(())
    print(metrics.write_text().decode())
"""


def test_processes_that_share_a_folder_are_counted_together(tmp_path) -> None:
    environment = {"PATH": os.environ["PATH"]}
    for does in ("", ""):
        command = [sys.executable, "-c", PROCESS, str(tmp_path), does]
        subprocess.run(command, env=environment, check=True)
    command = [sys.executable, "-c", PROCESS, str(tmp_path), "show"]

    said = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)

    lines = said.stdout.splitlines()
    assert "knocks_total 6.0" in lines
    assert "guests 3.0" in lines  # of the one that lives
