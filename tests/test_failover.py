"""The failover run: how it measures and judges, and that it does so by one command."""

import json
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

from failover.judging import (
    Books,
    Line,
    Post,
    compare_orders,
    compare_receipts,
    receipt_id,
)
from failover.load import Placed
from failover.nodes import PROCFILE
from failover.outages import (
    Attempt,
    Outage,
    Wait,
    Window,
    longest_silence,
    longest_wait,
    measure_outage,
)
from failover.services import configure_haproxy
from failover.stage import missing
from tests.servers import ROOT
from tradepost.kit.mail import message_id

WINDOW = Window("a fault", 10.0, 20.0)


def test_a_silence_counts_from_the_fault_to_the_next_success():
    assert longest_silence([9.9, 14.0, 14.5, 19.0], WINDOW) == 4.5
    assert longest_silence([13.0, 14.0, 15.0, 16.0, 17.0, 18.0, 19.0], WINDOW) == 3.0


def test_a_window_without_any_success_is_silent_from_end_to_end():
    assert longest_silence([], WINDOW) == 10.0
    assert longest_silence([5.0, 25.0], WINDOW) == 10.0


def test_an_outage_counts_what_ended_in_the_window_by_what_came_instead():
    attempts = [
        Attempt("orders", 8.0, 9.0, "500"),  # before it
        Attempt("orders", 9.0, 11.0, ""),
        Attempt("orders", 11.0, 12.0, "503 away"),
        Attempt("orders", 12.0, 13.0, "503 away"),
        Attempt("orders", 13.0, 14.0, "ReadTimeout"),
        Attempt("messages", 13.0, 14.0, ""),
        Attempt("orders", 14.0, 17.0, ""),
    ]

    outage = measure_outage(attempts, WINDOW, kind="orders")

    assert outage == Outage(6.0, 5, {"503 away": 2, "ReadTimeout": 1})
    assert outage.failed == 3


def test_a_wait_belongs_to_the_fault_in_which_it_began():
    began_before, began_in, began_late = Wait(5.0, 15.0), Wait(9.9, 11.0), Wait(19.0, 49.0)

    assert longest_wait([began_before, began_in], WINDOW) == pytest.approx(1.1)
    assert longest_wait([began_before, began_in, began_late], WINDOW) == 30.0
    assert longest_wait([began_before, Wait(12.0, 11.5)], WINDOW) == 0.0


def placed(pk: int, *, total_cents: int = 200, quantity: int = 1) -> Placed:
    return Placed(id=pk, total_cents=total_cents, product=7, quantity=quantity, answered_at=0.0)


def test_orders_that_were_answered_and_are_there_break_no_promise():
    lines = [Line(1, 200, 7, 1), Line(2, 400, 7, 2)]

    books = compare_orders([placed(1), placed(2, total_cents=400, quantity=2)], lines)

    assert books == Books([], [], [], [])


def test_each_way_in_which_an_order_can_be_wrong_is_seen():
    lines = [Line(2, 999, 7, 1), Line(3, 200, 7, 1), Line(4, 200, 7, 1)]

    books = compare_orders([placed(1), placed(2), placed(3), placed(3)], lines)

    assert books == Books(missing=[1], different=[2], unasked=[4], twice=[3])


def test_receipts_are_known_by_the_id_that_the_product_gives_them():
    assert receipt_id(17) == message_id("receipt:17")


def test_a_receipt_may_come_again_and_must_not_be_missing():
    came = [receipt_id(1), receipt_id(1), receipt_id(9)]

    post = compare_receipts([1, 2], came)

    assert post == Post(missing=[2], strange=[receipt_id(9)], repeated=1)


def test_the_proxy_runs_with_the_file_of_the_deployment(tmp_path):
    text = configure_haproxy(
        web=(1001, 1002), realtime=(1003, 1004), ports=(1005, 1006), certificate=tmp_path / "pem"
    )

    assert re.findall(r"server [ab] 127\.0\.0\.1:(\d+)\n", text) == ["1001", "1002", "1003", "1004"]
    assert re.findall(r"bind 127\.0\.0\.1:(\d+)", text) == ["1005", "1006"]
    assert {"/etc/haproxy", "user haproxy", " backup"} & set(re.findall(r"\S.*", text)) == set()
    assert "retry-on conn-failure" in text


def test_the_nodes_run_what_the_procfile_names():
    assert {"web", "realtime", "worker", "beat"} <= PROCFILE.keys()


def test_a_primary_that_dies_loses_nothing_by_one_command():
    """The whole run takes minutes; this is its hardest part, once."""
    if not settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        pytest.skip("runs beside the tests on PostgreSQL")
    if lack := missing():
        assert not os.environ.get("CI"), lack
        pytest.skip(lack)
    command = [sys.executable, "-m", "failover", "--seconds", "3", "--faults", "primary"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "| primary killed |" in done.stdout
    [kept] = re.findall(r"^/.+\.json$", done.stderr, re.MULTILINE)
    with open(kept) as file:
        notes = [text for _, text in json.load(file)["notes"]]
    assert "pg2 is promoted" in notes
