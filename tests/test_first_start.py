"""What somebody reads who starts the product for the first time, and finds there."""

import os
import subprocess
import sys

from tests.servers import ROOT


def test_the_first_start_says_what_it_does_and_then_where_the_shop_is(shop):
    said = shop.log.read_text().splitlines()

    assert said[:4] == [
        "Preparing the database ...",
        "Making demo data ...",
        "",
        f"  Tradepost is open:     {shop.address}",
    ]


def test_the_addresses_stand_below_each_other(shop):
    lines = shop.log.read_text().splitlines()[3:6]

    assert [line.split(":", 1)[0] for line in lines] == [
        "  Tradepost is open",
        "  API documentation",
        "  Data and mails",
    ]
    assert {len(line) - len(line.split(":", 1)[1].lstrip()) for line in lines} == {25}


def test_there_are_places_to_stay_with_pictures_and_a_host_who_has_something_to_do(shop):
    found = shop.visitor().get("properties/?page_size=50").json()["results"]
    asked = shop.signed_in("host").get("bookings/?role=host&status=pending").json()["results"]

    assert len({place["city"] for place in found if place["photos"]}) >= 12
    assert [booking["accepted_at"] for booking in asked][:2] == [None, None]


def test_a_second_time_changes_nothing(shop):
    inherited = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}

    made = subprocess.run(
        [sys.executable, "manage.py", "make_demo"],
        cwd=ROOT, env={**inherited, "DATA_DIR": str(shop.folder), "DATABASE_URL": ""},
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert made.stdout.splitlines()[-1] == "There are people already: nothing was changed."
