"""Lists without end: pages by keyset, whatever the order, the database and the kind of id."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.validators import RegexValidator
from django.db import connection, models
from django.db.models import F
from django.test.utils import CaptureQueriesContext, isolate_apps
from rest_framework.generics import GenericAPIView
from rest_framework.test import APIRequestFactory

from tradepost.kit.http.keyset import Place, write_cursor
from tradepost.kit.http.pages import newest_first
from tradepost.kit.http.pagination import KeysetPages, PagesByOrder

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ORDERS = [
    ("-created_at", "-id"), ("created_at", "id"), ("-created_at", "id"), ("name", "-created_at"),
    ("score", "created_at", "id"), ("-id",), ("name",),
]  # fmt: skip

pytestmark = pytest.mark.django_db


class Columns(models.Model):
    created_at = models.DateTimeField(default=NOON)
    name = models.CharField(max_length=40, unique=True, validators=[RegexValidator("^[a-z0-9]+$")])
    score = models.IntegerField(default=0)
    read_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


@pytest.fixture(scope="module")
def tables(django_db_setup, django_db_blocker):
    """Rows known by UUIDs and by numbers, and marks on the latter; gone after these tests."""
    with isolate_apps("tradepost.kit"):

        class Letter(Columns):  # noqa: DJ008 - nobody reads it
            id = models.UUIDField(primary_key=True, default=uuid.uuid4)

            class Meta:
                app_label = "keyset"
                indexes = [models.Index(fields=["-created_at", "-id"], name="letters_by_time")]

        class Bill(Columns):  # noqa: DJ008
            class Meta:
                app_label = "keyset"
                indexes = [models.Index(fields=["-created_at", "-id"], name="bills_by_time")]

        class Mark(models.Model):  # noqa: DJ008
            bill = models.ForeignKey(Bill, models.CASCADE, related_name="marks")

            class Meta:
                app_label = "keyset"

    made = [Letter, Bill, Mark]
    with django_db_blocker.unblock():
        with connection.schema_editor() as editor:
            for model in made:
                editor.create_model(model)
        yield made
        with connection.schema_editor() as editor:
            for model in reversed(made):
                editor.delete_model(model)


@pytest.fixture
def letters(tables):
    return tables[0]


@pytest.fixture
def bills(tables):
    return tables[1]


@pytest.fixture(params=["letters", "bills"])
def kind(request, tables):
    """Each test of it runs on rows known by UUIDs and on rows known by numbers."""
    return request.getfixturevalue(request.param)


def fill(model, count: int, *, at_once: int = 3) -> None:
    """Write rows ``r000`` and so on, of which ``at_once`` each have one moment and one score."""
    model.objects.bulk_create(
        model(name=f"r{n:03}", created_at=NOON + timedelta(hours=n // at_once), score=n // at_once)
        for n in range(count)
    )


class Reader:
    """``reader()`` reads the first page, ``reader(url)`` what a link leads to."""

    def __init__(self, rows, pages=KeysetPages, **attributes):
        class List(GenericAPIView):
            permission_classes = ()
            pagination_class = type("Pages", (pages,), {"page_size": 4, **attributes})

            def get(self, request):
                found = self.paginate_queryset(rows)
                return self.get_paginated_response([row.name for row in found])

        self.answer = List.as_view()

    def send(self, url: str = "/", **params):
        return self.answer(APIRequestFactory().get(url, params or None))

    def __call__(self, url: str = "/", **params):
        return self.send(url, **params).data

    def all(self) -> list:
        """Read all pages by their links."""
        pages = [self()]
        while pages[-1]["next"]:
            pages.append(self(pages[-1]["next"]))
        return pages


def names_in(pages: list) -> list[str]:
    return [name for page in pages for name in page["results"]]


# --- Every row once -----------------------------------------------------------------------------


@pytest.mark.parametrize("ordering", ORDERS)
@pytest.mark.parametrize("at_once", [1, 3, 50])
def test_pages_give_every_row_once_in_order_and_back_again(kind, ordering, at_once):
    fill(kind, 18, at_once=at_once)
    reader = Reader(kind.objects.all(), ordering=ordering)

    pages = reader.all()
    back = [pages[-1]]
    while back[0]["previous"]:
        back.insert(0, reader(back[0]["previous"]))

    expected = kind.objects.order_by(*ordering).values_list("name", flat=True)
    assert names_in(pages) == list(expected)
    assert [len(page["results"]) for page in pages] == [4, 4, 4, 4, 2]
    assert [page["results"] for page in back] == [page["results"] for page in pages]
    assert pages[0]["previous"] is None


def test_without_an_order_of_their_own_pages_are_in_that_of_the_query_set(kind):
    fill(kind, 9)

    pages = Reader(kind.objects.order_by("-score"), PagesByOrder).all()

    assert names_in(pages) == list(
        kind.objects.order_by("-score", "-id").values_list("name", flat=True)
    )


def test_stretches_of_a_page_give_every_row_once(kind):
    fill(kind, 9, at_once=4)
    rows = kind.objects.all()

    stretches = [newest_first(rows, by="created_at", size=4)]
    while stretches[-1].older:
        before = stretches[-1].older
        stretches.append(newest_first(rows, by="created_at", before=before, size=4))

    assert [row for some in stretches for row in some.rows] == list(
        rows.order_by("-created_at", "-id")
    )
    assert [some.is_top for some in stretches] == [True, False, False]


def test_a_page_whose_rows_are_gone_leads_to_those_that_are_left(letters):
    fill(letters, 12)
    reader = Reader(letters.objects.all(), ordering=("name",))
    first, second, third = reader.all()

    letters.objects.filter(name__in=first["results"]).delete()
    nothing_before = reader(second["previous"])
    letters.objects.filter(name__in=third["results"]).delete()
    nothing_after = reader(second["next"])

    assert nothing_before["results"] == nothing_after["results"] == []
    assert (nothing_before["previous"], nothing_after["next"]) == (None, None)
    assert reader(nothing_before["next"])["results"] == second["results"]
    assert reader(nothing_after["previous"])["results"] == second["results"]


def test_a_row_that_comes_to_share_the_moment_of_the_place_is_seen(kind):
    fill(kind, 8, at_once=1)
    reader = Reader(kind.objects.all(), ordering=("created_at", "name"))
    first = reader()

    kind.objects.create(name="r003b", created_at=NOON + timedelta(hours=3))

    assert reader(first["next"])["results"] == ["r003b", "r004", "r005", "r006"]


def test_a_text_that_is_older_than_its_rules_is_a_place_like_others(letters):
    for name in ("anna maria", "bob", "zoë"):
        letters.objects.create(name=name)

    pages = Reader(letters.objects.all(), ordering=("name",), page_size=1).all()

    assert names_in(pages) == ["anna maria", "bob", "zoë"]


# --- What a page costs --------------------------------------------------------------------------


@pytest.mark.parametrize("ordering", [("-created_at", "-id"), ("created_at", "id")])
def test_a_page_is_found_by_index_in_both_directions(kind, ordering):
    fill(kind, 18)
    reader = Reader(kind.objects.all(), ordering=ordering)
    second = reader(reader()["next"])

    plans = [plan_of(reader, second["next"]), plan_of(reader, second["previous"])]

    assert [("_by_time" in plan, "Sort" in plan, "TEMP" in plan) for plan in plans] == [
        (True, False, False)
    ] * 2


def plan_of(reader: Reader, url: str) -> str:
    with CaptureQueriesContext(connection) as queries:
        reader(url)
    prefix = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # the table of a test is tiny
            cursor.execute("SET LOCAL enable_sort = off")
        plans = []
        for query in list(queries):
            cursor.execute(prefix + query["sql"])
            plans += cursor.fetchall()
    return "\n".join(map(str, plans))


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite counts its steps")
@pytest.mark.parametrize("ordering", [("-created_at", "-id"), ("created_at", "id")])
def test_a_page_far_down_takes_no_more_steps_than_the_first(kind, ordering):
    fill(kind, 900, at_once=600)  # most pages lie within one moment
    reader = Reader(kind.objects.all(), ordering=ordering, page_size=20)

    steps, url = [], "/"
    while url:
        counted: list[int] = []
        connection.connection.set_progress_handler(lambda seen=counted: seen.append(1), 1)
        url = reader(url)["next"]
        connection.connection.set_progress_handler(None, 1)
        steps.append(len(counted))

    assert len(steps) == 45
    assert max(steps) < 2 * steps[0]


def test_a_page_takes_one_query(kind, django_assert_num_queries):
    fill(kind, 9, at_once=1)
    reader = Reader(kind.objects.all())
    following = reader()["next"]

    # its rows; on MariaDB those that are equal to the last one in the first column, then the rest
    with django_assert_num_queries(2 if connection.vendor == "mysql" else 1):
        reader(following)


def test_what_belongs_to_the_rows_takes_one_query_on_every_page(bills):
    fill(bills, 9)
    reader = Reader(bills.objects.prefetch_related("marks"), page_size=5)  # it ends among equals
    following = reader()["next"]

    with CaptureQueriesContext(connection) as queries:
        reader(following)

    table = connection.ops.quote_name("keyset_mark")
    assert len([q for q in queries if f"FROM {table}" in q["sql"]]) == 1


# --- What clients may say -----------------------------------------------------------------------


def test_clients_say_how_long_a_page_is_where_a_list_lets_them(letters):
    fill(letters, 9)
    reader = Reader(letters.objects.all(), ordering=("name",), max_page_size=6)

    first = reader(page_size="6")
    second = reader(first["next"])

    assert [len(page["results"]) for page in (first, second, reader())] == [6, 3, 4]
    assert len(reader(second["previous"])["results"]) == 6


@pytest.mark.parametrize("size", ["0", "-1", "7", "1.5", "x", "", "\0", "9" * 5000])
def test_a_page_of_no_possible_length_is_400(letters, size):
    answer = Reader(letters.objects.all(), max_page_size=6).send(page_size=size)

    assert (answer.status_code, list(answer.data)) == (400, ["page_size"])


def test_elsewhere_the_length_of_a_page_is_what_it_is(letters):
    fill(letters, 9)

    assert len(Reader(letters.objects.all())(page_size="6")["results"]) == 4


def test_the_length_of_a_page_is_documented_where_clients_may_say_it():
    class Sized(KeysetPages):
        max_page_size = 100

    sized = Sized().get_schema_operation_parameters(GenericAPIView())
    fixed = KeysetPages().get_schema_operation_parameters(GenericAPIView())

    assert [said["name"] for said in sized] == ["cursor", "page_size"]
    assert sized[1]["schema"] == {"type": "integer", "minimum": 1, "maximum": 100}
    assert [said["name"] for said in fixed] == ["cursor"]


KEYS = ("-created_at", "-id")
NOBODY = str(uuid.UUID(int=0))
NOT_PLACES = {
    "text": ["abc", NOBODY],
    "no such day": ["2026-02-31T00:00:00Z", NOBODY],
    "no time zone": ["2026-02-03T00:00:00", NOBODY],
    "before all time": ["0001-01-01T00:00:00+23:59", NOBODY],
    "after all time": ["9999-12-31T23:59:59.999999-23:59", NOBODY],
    "NUL": ["2026-02-03T00:00:00Z\0", NOBODY],
    "no id": ["2026-02-03T00:00:00Z", "abc"],
    "null": ["2026-02-03T00:00:00Z", None],
    "a list": ["2026-02-03T00:00:00Z", [NOBODY]],
    "one value": ["2026-02-03T00:00:00Z"],
    "three values": ["2026-02-03T00:00:00Z", NOBODY, NOBODY],
}


@pytest.mark.parametrize("values", NOT_PLACES.values(), ids=NOT_PLACES.keys())
def test_a_place_that_is_none_is_404_and_the_top_of_a_page(letters, values):
    fill(letters, 3)
    cursor = write_cursor(KEYS, Place(tuple(values)))

    answer = Reader(letters.objects.all()).send(cursor=cursor)
    stretch = newest_first(letters.objects.all(), by="created_at", before=cursor)

    assert (answer.status_code, answer.data["detail"]) == (404, "Invalid cursor")
    assert (len(stretch.rows), stretch.is_top) == (3, True)


def test_a_cursor_of_another_order_is_404(letters):
    fill(letters, 9)
    cursor = write_cursor(("created_at", "id"), Place((NOON, NOBODY)))

    assert Reader(letters.objects.all()).send(cursor=cursor).status_code == 404


def test_a_number_beyond_the_column_is_404(bills):
    for number in (2**63, -(2**63) - 1):
        cursor = write_cursor(KEYS, Place((NOON, str(number))))

        assert Reader(bills.objects.all()).send(cursor=cursor).status_code == 404


@pytest.mark.parametrize("key", ["read_at", "-read_at", "nothing", "marks"])
def test_an_order_by_what_names_no_place_is_refused_at_once(bills, key):
    with pytest.raises(ImproperlyConfigured):
        Reader(bills.objects.all(), ordering=(key, "id"))()


def test_a_column_that_is_set_in_all_rows_of_a_list_orders_it(kind):
    fill(kind, 12)
    kind.objects.filter(name__lt="r008").update(read_at=F("created_at"))
    listed = kind.objects.filter(read_at__isnull=False)

    pages = Reader(listed, ordering=("-read_at", "-id"), filled=("read_at",)).all()

    rows = listed.order_by("-read_at", "-id").values_list("name", flat=True)
    assert [len(page["results"]) for page in pages] == [4, 4]
    assert names_in(pages) == list(rows)
