"""``manage.py import_listings``: lists of places become places, and say what cannot."""

from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from conftest import make_user
from tradepost.accounts.actions.users import close_account
from tradepost.accounts.models import User
from tradepost.feed.models import Event
from tradepost.kit import stamps
from tradepost.notifications.models import Notification
from tradepost.stays.actions import imports
from tradepost.stays.listings import ZONES
from tradepost.stays.models import Property
from tradepost.stays.models.properties import check_time_zone
from tradepost.stays.tests.factories import make_host
from tradepost.stays.tests.listings import HEADER, ROW, table

LISTINGS = (
    Path(__file__).parents[4] / "shared" / "data" / "listings_usa.csv"
)  # beside the checkout, if it is there
pytestmark = pytest.mark.django_db


@pytest.fixture
def run(tmp_path):
    """Import a list through the command; return what it said and complained of."""

    def import_through_command(content, **options):
        file = tmp_path / "listings.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        out, err = StringIO(), StringIO()
        call_command("import_listings", file, stdout=out, stderr=err, **options)
        return out.getvalue(), err.getvalue()

    return import_through_command


def ends(created=0, updated=0, unchanged=0, bad=0) -> str:
    return (
        f"{created} created, {updated} updated, {unchanged} unchanged, {bad} bad rows left out.\n"
    )


def test_a_row_becomes_a_place_with_its_exact_values(run):
    said = run(table({}))

    place = Property.objects.select_related("host").get()
    assert said == (ends(created=1), "")
    assert (place.source, place.name, place.status) == (
        "listing:109", "Bright condo at the park", "published",
    )  # fmt: skip
    assert (place.latitude, place.longitude) == (33.98301, -118.38607)
    assert (place.price, place.minimum_nights) == (Decimal("115.00"), 30)
    assert (place.neighbourhood, place.city, place.region, place.country) == (
        "Culver City", "Los Angeles", "CA", "US",
    )  # fmt: skip
    assert (place.room_type, place.time_zone) == ("entire_home", "America/Los_Angeles")


def test_a_place_is_found_by_its_words_and_on_the_map_like_any_other(run):
    run(table({}))

    place = Property.objects.get()
    cell = place.cell
    place.save()

    assert list(Property.objects.matching("bright condo")) == [place]
    assert place.cell == cell


def test_a_host_is_somebody_whom_nobody_can_sign_in_as_and_nobody_is_told(run):
    run(table({}, {"id": "110"}))

    host = User.objects.get()
    assert (host.first_name, host.role, host.email) == ("Paolo", "host", "521@listings.invalid")
    assert not host.has_usable_password()
    assert list(Property.objects.values_list("host", flat=True)) == [host.pk, host.pk]
    assert not Event.objects.exists()
    assert not Notification.objects.exists()


def test_a_second_import_changes_nothing(run):
    content = table({}, {"id": "110", "host_id": "7", "host_name": "Ann"})
    run(content)
    before = list(Property.objects.order_by("pk").values())

    said = run(content)

    assert said == (ends(unchanged=2), "")
    assert list(Property.objects.order_by("pk").values()) == before
    assert User.objects.count() == 2


@pytest.mark.parametrize(
    ("said", "column", "value"),
    [
        ({"name": "Dark condo"}, "name", "Dark condo"),
        ({"price": "99.50"}, "price", Decimal("99.50")),
        ({"minimum_nights": "2"}, "minimum_nights", 2),
        ({"room_type": "Private room"}, "room_type", "private_room"),
        ({"latitude": "-33.5"}, "latitude", -33.5),
        ({"state": "HI"}, "time_zone", "Pacific/Honolulu"),
    ],
)
def test_what_a_later_list_says_is_written_over_what_was_there(run, said, column, value):
    run(table({}, {"id": "110"}))
    before = Property.objects.get(source="listing:109")

    result = run(table(said, {"id": "110"}))

    place = Property.objects.get(source="listing:109")
    assert result == (ends(updated=1, unchanged=1), "")
    assert getattr(place, column) == value
    assert place.last_update > before.last_update
    assert (place.pk, place.host_id) == (before.pk, before.host_id)


def test_a_place_that_moves_is_found_where_it_is_now(run):
    run(table({}))

    run(table({"latitude": "40.7", "longitude": "-74"}))

    place = Property.objects.get()
    cell = place.cell
    place.save()
    assert place.cell == cell


def test_what_a_list_does_not_say_stays(run):
    run(table({}))
    kept = {"description": "By the pond", "status": "draft", "capacity": 5, "tax": Decimal("4.50")}
    Property.objects.update(**kept)

    run(table({"name": "Dark condo"}))

    assert Property.objects.values(*kept).get() == kept


def test_places_may_be_somebodys_and_not_shown_yet(run):
    hanna = make_host("hanna")

    said = run(table({}, {"id": "110", "host_id": "7"}), host="Hanna", draft=True)

    assert said == (ends(created=2), "")
    assert set(Property.objects.values_list("host", "status")) == {(hanna.pk, "draft")}
    assert User.objects.count() == 1


def test_whoever_offers_a_place_goes_on_to(run):
    run(table({}))
    make_host("hanna")

    said = run(table({"price": "1"}), host="hanna", draft=True)

    place = Property.objects.select_related("host").get()
    assert said == (ends(updated=1), "")
    assert (place.host.first_name, place.status) == ("Paolo", "published")


@pytest.mark.parametrize("name", ["nobody", "guest", "gone"])
def test_who_is_no_host_is_refused(run, name):
    make_user("guest")
    close_account(user=make_host("gone"))

    with pytest.raises(CommandError, match=f"There is no host called {name}"):
        run(table({}), host=name)

    assert not Property.objects.exists()


BAD = {
    "id": ("6.34114E+17", "id must be a whole number, not '6.34114E+17'"),
    "host_id": ("", "host_id is empty"),
    "name": ("n" * 256, "name must have at most 255 characters, not 256"),
    "host_name": (" ", "host_name is empty"),
    "latitude": ("91", "latitude must be degrees from -90 to 90, not '91'"),
    "longitude": ("nan", "longitude must be degrees from -180 to 180, not 'nan'"),
    "room_type": (
        "Boat",
        "room_type must be one of Entire home/apt, Private room, Shared room, Hotel room, "
        "not 'Boat'",
    ),
    "price": ("0", "price must be from 1.00 to 99999.99, not 0"),
    "minimum_nights": ("750", "minimum_nights must be from 1 to 365, not '750'"),
    "state": ("XX", "state must be two letters of one of the United States, not 'XX'"),
    "city": ("c" * 101, "city must have at most 100 characters, not 101"),
    "neighbourhood": ("x\0y", "neighbourhood has characters that no text may have: 'x\\x00y'"),
}


@pytest.mark.parametrize(("column", "value", "reason"), [(key, *bad) for key, bad in BAD.items()])
def test_a_bad_row_is_left_out_and_the_others_go_in(run, column, value, reason):
    out, err = run(table({"id": "1"}, {"id": "2", column: value}, {"id": "3"}))

    assert out == ends(created=2, bad=1)
    assert err.startswith("line 3 (")
    assert err.endswith(f": {reason}\n")
    assert sorted(Property.objects.values_list("source", flat=True)) == ["listing:1", "listing:3"]


@pytest.mark.parametrize(
    ("column", "value"),
    [("price", "$115"), ("price", "1e2"), ("price", "1.005"), ("price", "100000"), ("price", "-5"),
     ("minimum_nights", "0"), ("minimum_nights", "2.5"), ("latitude", "1e1"), ("latitude", "inf"),
     ("id", "-1"), ("id", "1" * 19), ("state", "ca")],
)  # fmt: skip
def test_nothing_is_guessed(run, column, value):
    out, err = run(table({column: value}))

    assert out == ends(bad=1)
    assert f": {column} must be" in err
    assert not Property.objects.exists()
    assert not User.objects.exists()


def test_bytes_that_are_no_utf8_cost_their_row_only(run):
    content = table({"id": "1"}, {"id": "2", "name": "Sea \u2605"}, {"id": "3", "name": "Café"})

    out, err = run(content.encode().replace(b"\xe2\x98\x85", b"\x81E"))

    assert out == ends(created=2, bad=1)
    assert "line 3" in err
    assert "name has characters that no text may have" in err
    assert Property.objects.get(source="listing:3").name == "Café"


def test_a_row_with_too_few_cells_is_left_out(run):
    out, err = run(table({}) + "1,2,3\r\n")

    assert out == ends(created=1, bad=1)
    assert err == f"line 3: has 3 cells, and the header {len(HEADER)}\n"


def test_a_place_that_is_named_twice_keeps_the_first(run):
    out, err = run(table({}, {"name": "Dark condo"}))

    assert out == ends(created=1, bad=1)
    assert err.endswith("id is in the file already\n")
    assert Property.objects.get().name == ROW["name"]


def test_a_name_of_several_lines_becomes_one(run):
    run(table({"name": "On the water-\nSun deck "}))

    assert Property.objects.get().name == "On the water- Sun deck"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "The file is empty."),
        ("id,name\r\n1,2\r\n", "must name its columns, each once: at least id, name, host_id, "),
        (table({}).replace("city", "id", 1), "must name its columns, each once"),
    ],
)
def test_what_is_no_such_list_is_refused(run, content, reason):
    with pytest.raises(CommandError) as refused:
        run(content)

    assert reason in str(refused.value)
    assert str(refused.value).endswith("Nothing was changed.")
    assert not Property.objects.exists()


def test_a_list_that_breaks_off_says_where_and_keeps_what_went_in(run):
    with pytest.raises(CommandError) as refused:
        run(table({}) + '1,2,"Condo')

    assert str(refused.value).endswith(
        "listings.csv breaks off at line 3: the text ends early. 1 rows before it went in."
    )
    assert Property.objects.count() == 1


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CommandError, match=r"Cannot read .*nowhere\.csv: No such file"):
        call_command("import_listings", tmp_path / "nowhere.csv")


def test_a_host_who_has_left_is_not_spoken_for(run):
    run(table({}))
    close_account(user=User.objects.get())
    before = Property.objects.values().get()

    out, err = run(table({"name": "Dark condo"}))

    assert out == ends(bad=1)
    assert err.endswith("its host has closed the account\n")
    assert Property.objects.values().get() == before


def test_nobody_gets_places_by_taking_the_address_of_a_host(run):
    make_user("mallory", email="521@listings.invalid")

    out, err = run(table({}))

    assert out == ends(bad=1)
    assert err.endswith("somebody else has the address of its host\n")
    assert not Property.objects.exists()


def test_a_host_may_allow_shorter_stays_only(run):
    run(table({}))
    Property.objects.update(maximum_nights=30)

    out, err = run(table({"minimum_nights": "31", "price": "1"}))

    assert out == ends(bad=1)
    assert "the longest stay that its host allows, 30 nights" in err
    assert Property.objects.get().price == Decimal("115.00")


def test_rows_go_in_batch_by_batch(monkeypatch):
    monkeypatch.setattr(imports, "ROWS_PER_TRANSACTION", 1)
    stream = StringIO(table({}, {"id": "110"}), newline="")

    steps = imports.import_listings(stream=stream)

    assert next(steps).tally.created == 1
    assert Property.objects.count() == 1


def test_many_rows_take_as_many_queries_as_few(run, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(stamps, "SHARDS", 1)  # or chance decides whether a shard is new

    def batch(numbers):
        rows = table(*({"id": str(n), "host_id": str(n)} for n in numbers))
        return imports.import_listings(stream=StringIO(rows, newline=""))

    list(batch(range(500, 501)))

    # savepoint and its end; addresses of hosts, new ones, locked; places locked, new ones; stamp
    for numbers in (range(1, 3), range(100, 150)):
        with django_assert_num_queries(8):
            list(batch(numbers))


def test_a_place_that_somebody_else_imports_at_this_moment_is_changed(monkeypatch):
    import_batch, failures = imports.import_batch, []

    def overtaken(**asked):
        if not failures:
            failures.append(IntegrityError("one_account_per_email"))
            raise failures[0]
        return import_batch(**asked)

    monkeypatch.setattr(imports, "import_batch", overtaken)

    [step] = imports.import_listings(stream=StringIO(table({}), newline=""))

    assert step.tally.created == 1


def test_every_state_has_a_zone_that_there_is():
    assert len(ZONES) == 52  # with the district, and Puerto Rico
    for zone in ZONES.values():
        check_time_zone(zone)


@pytest.mark.skipif(not LISTINGS.exists(), reason="no lists of places beside this checkout")
def test_a_real_list_goes_in_but_for_its_broken_rows(run):
    out, err = run(LISTINGS.read_bytes())
    again, _ = run(LISTINGS.read_bytes())

    reasons = [line.rpartition("): ")[2] for line in err.splitlines()]
    assert out.endswith(ends(created=2118, bad=41))
    assert again.endswith(ends(unchanged=2118, bad=41))
    assert sum(reason.startswith("minimum_nights must be") for reason in reasons) == 3
    assert sum(reason.startswith("id must be a whole number") for reason in reasons) == 3
    assert sum("characters that no text may have" in reason for reason in reasons) == 35
    assert len(reasons) == 41
    assert Property.objects.public().count() == 2118
