"""Products as clients of the API meet them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conftest import make_user
from tradepost.kit.http.json import encode
from tradepost.store import extras
from tradepost.store.models import Product
from tradepost.store.serializers.catalogue import ProductOutput
from tradepost.store.tests.factories import (
    make_collection,
    make_image,
    make_order,
    make_product,
    make_promotion,
)

PRODUCTS = "/api/v1/store/products/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(api):
    return api(make_user("sam", is_staff=True))


def titles(response) -> list[str]:
    return [row["title"] for row in response.json()["results"]]


def a_product(**fields) -> dict[str, object]:
    """What a client sends to make one."""
    return {
        "title": "Green Tea",
        "unit_price": 8.99,
        "inventory": 10,
        "collection": make_collection().pk,
        **fields,
    }


# --- Reading -----------------------------------------------------------------------------------


def test_the_list_is_paged_by_ten_with_a_count(api):
    for n in range(11):
        make_product(title=f"Tea {n:02}")

    first = api().get(PRODUCTS).json()
    second = api().get(PRODUCTS, {"page": 2}).json()

    assert first["count"] == 11
    assert len(first["results"]) == 10
    assert first["next"].endswith("/api/v1/store/products/?page=2")
    assert [row["title"] for row in second["results"]] == ["Tea 10"]
    assert second["next"] is None


@pytest.mark.parametrize("price", ["1.00", "10.00", "8.99", "9999.99"])
def test_the_fast_forms_are_the_serializers_byte_for_byte(api, price):
    product = make_product(unit_price=price, description="für “alle”", brand="Ōkami")
    make_image(product)
    product = Product.objects.get(pk=product.pk)
    contract = encode(ProductOutput(product, context={"root": "http://testserver"}).data)

    one = api().get(f"{PRODUCTS}{product.pk}/").content
    many = api().get(PRODUCTS).content
    paged = api().get(PRODUCTS, {"cursor": ""}).content

    assert one == contract
    assert many == b'{"count":1,"next":null,"previous":null,"results":[' + contract + b"]}"
    assert paged == b'{"next":null,"previous":null,"results":[' + contract + b"]}"


def test_the_fields_have_their_order(api):
    product = make_product()

    one = api().get(f"{PRODUCTS}{product.pk}/").json()
    [listed] = api().get(PRODUCTS).json()["results"]

    assert list(one) == list(listed) == [
        "id", "title", "description", "slug", "inventory", "unit_price", "price_with_tax",
        "collection", "images", "price", "discount", "brand", "tags", "rating", "reviews_count",
        "last_update",
    ]  # fmt: skip


def test_money_is_a_number_with_two_decimals(api):
    product = make_product(unit_price="10.00")

    shown = api().get(f"{PRODUCTS}{product.pk}/").content

    assert b'"unit_price":10.00,"price_with_tax":11.00' in shown


def test_the_list_takes_six_queries_however_long_it_is(api, django_assert_num_queries):
    for _ in range(10):
        make_image(make_product())
    api().get(PRODUCTS, {"search": "warm"})  # the content type of products is remembered

    with django_assert_num_queries(6):  # stamp, count, ids, rows, images, tags
        api().get(PRODUCTS)
    with django_assert_num_queries(1):  # stamp
        api().get(PRODUCTS)


def test_a_page_by_cursor_takes_four_queries(api, django_assert_num_queries):
    for _ in range(25):
        make_image(make_product())
    following = api().get(PRODUCTS, {"cursor": "", "ordering": "price"}).json()["next"]

    with django_assert_num_queries(4):  # stamp, rows, images, tags
        api().get(following)


def test_a_product_takes_four_queries(api, django_assert_num_queries):
    product = make_product()
    make_image(product)
    api().get(f"{PRODUCTS}{make_product().pk}/")

    with django_assert_num_queries(4):  # stamp, row, images, tags
        api().get(f"{PRODUCTS}{product.pk}/")


def test_an_order_shows_in_the_catalogue_at_once(api, ann):
    tea = make_product(inventory=5)
    assert api().get(f"{PRODUCTS}{tea.pk}/").json()["inventory"] == 5

    make_order(ann, {tea: 2})

    assert api().get(f"{PRODUCTS}{tea.pk}/").json()["inventory"] == 3


@pytest.mark.parametrize("pk", ["999", "x", "1e3", "-1", "9" * 19])
def test_an_unknown_product_is_404(api, pk):
    answer = api().get(f"{PRODUCTS}{pk}/")

    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


def test_the_suffix_json_gives_the_same(api):
    product = make_product()
    address = f"{PRODUCTS}{product.pk}"

    assert api().get(f"{address}.json").content == api().get(f"{address}/").content
    assert api().get(f"{PRODUCTS[:-1]}.json").json() == api().get(PRODUCTS).json()


def test_the_root_lists_what_there_is(api):
    shown = api().get("/api/v1/store/").json()

    assert shown["products"] == f"http://testserver{PRODUCTS}"
    assert shown["collections"] == "http://testserver/api/v1/store/collections/"
    assert shown["promotions"] == "http://testserver/api/v1/store/promotions/"


def test_heads_and_options_are_answered(api):
    product = make_product()

    assert api().head(f"{PRODUCTS}{product.pk}/").status_code == 200
    assert api().options(PRODUCTS).status_code == 200
    assert api().options(f"{PRODUCTS}{product.pk}/").status_code == 200


def test_staff_see_forms_in_the_browser(staff):
    product = make_product()

    page = staff.get(f"{PRODUCTS}{product.pk}/", headers={"Accept": "text/html"})

    assert page.status_code == 200
    assert b'name="unit_price"' in page.content


# --- Writing -----------------------------------------------------------------------------------


def test_a_new_product_is_answered_as_it_is_shown(api, staff):
    promotion = make_promotion(discount="25.00")
    sent = a_product(
        slug="green", description="Fresh", brand="Hills", sku="T-1", promotions=[promotion.pk]
    )

    answer = staff.post(PRODUCTS, sent)

    assert answer.status_code == 201
    product = Product.objects.get()
    assert answer["Location"] == f"http://testserver{PRODUCTS}{product.pk}/"
    assert answer.content == api().get(f"{PRODUCTS}{product.pk}/").content
    assert answer.json() == {
        "id": product.pk,
        "title": "Green Tea",
        "description": "Fresh",
        "slug": "green",
        "inventory": 10,
        "unit_price": 8.99,
        "price_with_tax": 7.41,
        "collection": product.collection_id,
        "images": [],
        "price": 6.74,
        "discount": 25.00,
        "brand": "Hills",
        "tags": [],
        "rating": 0.00,
        "reviews_count": 0,
        "last_update": product.last_update.isoformat().replace("+00:00", "Z"),
    }
    assert product.sku == "T-1"


def test_slugs_are_made_of_titles_and_differ(staff):
    first = staff.post(PRODUCTS, a_product()).json()
    second = staff.post(PRODUCTS, a_product()).json()

    assert (first["slug"], second["slug"]) == ("green-tea", "green-tea-2")


def test_what_clients_cannot_say_is_ignored(staff):
    lies = {"id": 7777, "price": 1, "discount": 99, "images": [{"id": 1}], "stars": 5, "x": "y"}

    answer = staff.post(PRODUCTS, a_product(**lies))

    shown = answer.json()
    assert answer.status_code == 201
    assert shown["id"] != 7777
    assert (shown["price"], shown["discount"], shown["images"]) == (8.99, 0.0, [])


def test_a_product_of_nothing_is_400_with_what_is_missing(staff):
    answer = staff.post(PRODUCTS, {})

    assert answer.status_code == 400
    assert set(answer.json()) == {"title", "unit_price", "inventory", "collection"}
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "  "),
        ("title", "x" * 256),
        ("title", "nul\0"),
        ("slug", "not a slug"),
        ("unit_price", 0),
        ("unit_price", "0.99"),
        ("unit_price", 10000),
        ("unit_price", "8.999"),
        ("unit_price", "NaN"),
        ("unit_price", None),
        ("unit_price", True),
        ("inventory", -1),
        ("inventory", 2**31),
        ("inventory", 1.5),
        ("collection", 999),
        ("collection", "x"),
        ("collection", 2**63),
        ("promotions", [999]),
        ("promotions", "x"),
        ("sku", "x" * 65),
    ],
)
def test_a_bad_field_is_400_on_that_field(staff, field, value):
    answer = staff.post(PRODUCTS, a_product(**{field: value}))

    assert answer.status_code == 400
    assert set(answer.json()) == {field}
    assert not Product.objects.exists()


@pytest.mark.parametrize("field", ["slug", "sku"])
def test_a_slug_or_sku_of_another_product_is_400(staff, field):
    make_product(**{field: "taken"})
    mine = make_product(**{field: "mine"})

    created = staff.post(PRODUCTS, a_product(**{field: "taken"}))
    changed = staff.patch(f"{PRODUCTS}{mine.pk}/", {field: "taken"})

    sentence = {"slug": "slug", "sku": "SKU"}[field]
    refusal = {field: [f"A product with this {sentence} already exists."]}
    assert (created.status_code, created.json()) == (400, refusal)
    assert (changed.status_code, changed.json()) == (400, refusal)
    assert getattr(Product.objects.get(pk=mine.pk), field) == "mine"
    assert Product.objects.count() == 2


def test_products_without_a_sku_do_not_collide(staff):
    for sku in ("", "", None):
        assert staff.post(PRODUCTS, a_product(sku=sku)).status_code == 201

    assert list(Product.objects.values_list("sku", flat=True)) == [None] * 3


@pytest.mark.parametrize(("price", "with_tax"), [(1, 1.10), (9999.99, 10999.99)])
def test_prices_reach_from_one_to_9999_99(staff, price, with_tax):
    shown = staff.post(PRODUCTS, a_product(unit_price=price)).json()

    assert shown["price_with_tax"] == with_tax


def test_put_answers_200_and_keeps_what_was_not_said(staff):
    product = make_product(description="Fresh", slug="mine", sku="T-1")
    cups = make_collection("Cups")

    answer = staff.put(
        f"{PRODUCTS}{product.pk}/",
        {"title": "Cup", "unit_price": "3.00", "inventory": 0, "collection": cups.pk},
    )

    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["title"], shown["unit_price"], shown["inventory"]) == ("Cup", 3.0, 0)
    assert (shown["collection"], shown["slug"], shown["description"]) == (cups.pk, "mine", "Fresh")


def test_put_needs_every_required_field(staff):
    product = make_product(title="Tea")

    answer = staff.put(f"{PRODUCTS}{product.pk}/", {"title": "Cup"})

    assert answer.status_code == 400
    assert set(answer.json()) == {"unit_price", "inventory", "collection"}
    assert Product.objects.get().title == "Tea"


def test_patch_changes_one_field(api, staff):
    product = make_product(title="Tea", inventory=10)
    api().get(f"{PRODUCTS}{product.pk}/")

    answer = staff.patch(f"{PRODUCTS}{product.pk}/", {"inventory": 3})

    assert answer.status_code == 200
    assert (answer.json()["inventory"], answer.json()["title"]) == (3, "Tea")
    assert api().get(f"{PRODUCTS}{product.pk}/").json()["inventory"] == 3


def test_promotions_of_a_product_are_replaced(staff):
    small, large = make_promotion(discount="10.00"), make_promotion(discount="50.00")
    product = make_product(unit_price="10.00")
    address = f"{PRODUCTS}{product.pk}/"

    assert staff.patch(address, {"promotions": [small.pk, large.pk]}).json()["price"] == 5.0
    assert staff.patch(address, {"promotions": [small.pk]}).json()["price"] == 9.0
    assert staff.patch(address, {"title": "Tea"}).json()["price"] == 9.0
    assert staff.patch(address, {"promotions": []}).json()["price"] == 10.0


def test_a_product_that_moves_is_no_longer_featured_there(staff):
    tea, cups = make_collection("Tea"), make_collection("Cups")
    product = make_product(collection=tea)
    tea.featured_product = product
    tea.save()

    staff.patch(f"{PRODUCTS}{product.pk}/", {"collection": cups.pk})

    tea.refresh_from_db()
    assert tea.featured_product is None


def test_a_free_product_is_deleted(api, staff):
    product = make_product()
    address = f"{PRODUCTS}{product.pk}/"
    api().get(address)

    assert staff.delete(address).status_code == 204
    assert api().get(address).status_code == 404
    assert staff.delete(address).status_code == 404


def test_an_ordered_product_stays(staff, ann):
    product = make_product()
    make_order(ann, {product: 1})

    answer = staff.delete(f"{PRODUCTS}{product.pk}/")

    assert answer.status_code == 405
    assert answer.json() == {
        "error": "Product cannot be deleted because it is associated with an order item."
    }
    assert Product.objects.filter(pk=product.pk).exists()


def test_the_list_cannot_be_deleted(staff):
    make_product()

    assert staff.delete(PRODUCTS).status_code == 405
    assert Product.objects.count() == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [("post", ""), ("put", "{pk}/"), ("patch", "{pk}/"), ("delete", "{pk}/"), ("delete", "999/")],
)
def test_only_staff_write(api, ann, method, path):
    address = PRODUCTS + path.format(pk=make_product(title="Tea").pk)

    visitor = getattr(api(), method)(address, {})
    customer = getattr(api(ann), method)(address, {})

    assert visitor.status_code == 401
    assert visitor.json()["detail"] == "Authentication credentials were not provided."
    assert customer.status_code == 403
    assert customer.json()["detail"] == "You do not have permission to perform this action."
    assert Product.objects.get().title == "Tea"


def test_a_repeated_post_makes_one_product(staff):
    sent, key = a_product(), {"Idempotency-Key": "same"}

    first = staff.post(PRODUCTS, sent, headers=key)
    again = staff.post(PRODUCTS, sent, headers=key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert Product.objects.count() == 1


# --- Filters -----------------------------------------------------------------------------------


def test_filters_narrow_strictly_and_combine(api):
    tea, cups = make_collection("Tea"), make_collection("Cups")
    make_product(title="A", unit_price="5.00", collection=tea)
    make_product(title="B", unit_price="7.00", collection=tea)
    make_product(title="C", unit_price="7.00", collection=cups)

    assert titles(api().get(PRODUCTS, {"collection_id": tea.pk})) == ["A", "B"]
    assert titles(api().get(PRODUCTS, {"unit_price__gt": "5"})) == ["B", "C"]
    assert titles(api().get(PRODUCTS, {"unit_price__lt": "7"})) == ["A"]
    both = {"collection_id": tea.pk, "unit_price__gt": "5.00"}
    assert titles(api().get(PRODUCTS, both)) == ["B"]


def test_prices_of_now_are_compared_inclusively(api):
    make_product(title="A", unit_price="10.00", discount="50.00")
    make_product(title="B", unit_price="6.00")

    assert titles(api().get(PRODUCTS, {"price__lte": "5"})) == ["A"]
    assert titles(api().get(PRODUCTS, {"price__gte": "5"})) == ["A", "B"]
    assert titles(api().get(PRODUCTS, {"price__gte": "5.01"})) == ["B"]


def test_stock_ratings_and_prices_narrow(api):
    make_product(title="A", inventory=0, stars=9, ratings_count=2, unit_price="3.00")
    make_product(title="B", inventory=1, stars=7, ratings_count=2, unit_price="2.00")

    assert titles(api().get(PRODUCTS, {"in_stock": "true"})) == ["B"]
    assert titles(api().get(PRODUCTS, {"in_stock": "0"})) == ["A"]
    assert titles(api().get(PRODUCTS, {"in_stock": ""})) == ["A", "B"]
    assert titles(api().get(PRODUCTS, {"rating__gte": "3.5"})) == ["A", "B"]
    assert titles(api().get(PRODUCTS, {"rating__gte": "4"})) == ["A"]
    both = {"rating__gte": "3", "ordering": "price", "in_stock": "False"}
    assert titles(api().get(PRODUCTS, both)) == ["A"]


@pytest.mark.parametrize("ordering", ["title", "price", "-price"])
def test_a_filter_gives_the_same_in_every_order(api, ordering):
    for price in (1, 2, 3, 4):
        make_product(unit_price=price)

    shown = api().get(PRODUCTS, {"price__gte": "2", "price__lte": "3", "ordering": ordering})

    assert sorted(row["price"] for row in shown.json()["results"]) == [2.0, 3.0]


def test_tags_are_asked_of_whoever_knows_them(api, monkeypatch):
    found = make_product(title="Tea")
    make_product(title="Cup")
    having = {"green": [found.pk]}

    monkeypatch.setattr(extras.tags, "having", lambda label: having.get(label, []))
    assert titles(api().get(PRODUCTS, {"tag": "green"})) == ["Tea"]
    assert titles(api().get(PRODUCTS, {"tag": "red"})) == []


def test_without_tags_nothing_has_one(api, monkeypatch):
    make_product()
    monkeypatch.setattr(extras.tags, "having", None)

    assert titles(api().get(PRODUCTS, {"tag": "green"})) == []


@pytest.mark.parametrize(
    "bad",
    [
        {"collection_id": "x"},
        {"unit_price__gt": "x"},
        {"unit_price__lt": "1.001"},
        {"price__gte": "NaN"},
        {"price__lte": "1e99"},
        {"rating__gte": "6"},
        {"rating__gte": "-1"},
        {"in_stock": "perhaps"},
        {"tag": "x" * 256},
        {"tag": "\0"},
    ],
)
def test_bad_filter_values_are_400(api, bad):
    make_product()

    answer = api().get(PRODUCTS, bad)

    assert answer.status_code == 400
    assert set(answer.json()) == set(bad)


def test_search_needs_every_word_somewhere_in_title_description_or_collection(api):
    make_product(title="Green tea", description="from the hills")
    make_product(title="Green cup", collection=make_collection("Cups"))

    assert titles(api().get(PRODUCTS, {"search": "GREEN hills"})) == ["Green tea"]
    assert titles(api().get(PRODUCTS, {"search": "green cups"})) == ["Green cup"]


# --- Orderings and pages -----------------------------------------------------------------------


def test_ordering_by_price_and_title(api):
    make_product(title="B", unit_price="5.00")
    make_product(title="A", unit_price="5.00")
    make_product(title="C", unit_price="4.00")

    assert titles(api().get(PRODUCTS, {"ordering": "unit_price,title"})) == ["C", "A", "B"]
    assert titles(api().get(PRODUCTS, {"ordering": "-unit_price,-title"})) == ["B", "A", "C"]


def test_ordering_by_the_price_of_now_and_by_rating(api):
    make_product(title="A", unit_price="10.00", discount="50.00", stars=4, ratings_count=1)
    make_product(title="B", unit_price="6.00", stars=5, ratings_count=1)

    assert titles(api().get(PRODUCTS, {"ordering": "price"})) == ["A", "B"]
    assert titles(api().get(PRODUCTS, {"ordering": "-rating"})) == ["B", "A"]


def test_unknown_orderings_are_ignored(api):
    make_product(title="B")
    make_product(title="A")

    assert titles(api().get(PRODUCTS, {"ordering": "stars,password"})) == ["A", "B"]


@pytest.mark.parametrize("sign", ["", "-"])
def test_equals_are_in_the_order_of_their_ids(api, sign):
    ids = [make_product(title="Same", stars=4, ratings_count=1).pk for _ in range(3)]

    shown = api().get(PRODUCTS, {"ordering": f"{sign}rating"}).json()["results"]

    assert [row["id"] for row in shown] == (ids[::-1] if sign else ids)


def varied_products(how_many: int) -> None:
    """Make products of which many are equal in every column that lists are ordered by."""
    for n in range(how_many):
        make_product(
            title=f"Tea {n % 3}",
            unit_price=1 + n % 4,
            discount="50.00" if n % 2 else 0,
            stars=n % 5,
            ratings_count=1,
        )
    moments = [timezone.now() + timedelta(seconds=n) for n in range(2)]
    for n, pk in enumerate(Product.objects.values_list("pk", flat=True)):
        Product.objects.filter(pk=pk).update(last_update=moments[n % 2])


ORDERINGS = [
    "", "title", "-title", "unit_price", "-unit_price", "price", "-price", "last_update",
    "-last_update", "rating", "-rating", "-rating,price", "price,-title", "title,-title",
]  # fmt: skip


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_pages_by_cursor_give_every_row_once_in_the_same_order(api, ordering):
    varied_products(34)
    numbered = [
        row["id"]
        for page in (1, 2, 3, 4)
        for row in api().get(PRODUCTS, {"ordering": ordering, "page": page}).json()["results"]
    ]

    pages = [api().get(PRODUCTS, {"ordering": ordering, "cursor": ""}).json()]
    while pages[-1]["next"]:
        pages.append(api().get(pages[-1]["next"]).json())
    back = [pages[-1]]
    while back[0]["previous"]:
        back.insert(0, api().get(back[0]["previous"]).json())

    assert [len(page["results"]) for page in pages] == [10, 10, 10, 4]
    assert [row["id"] for page in pages for row in page["results"]] == numbered
    assert [page["results"] for page in back] == [page["results"] for page in pages]
    assert set(pages[0]) == {"next", "previous", "results"}


def test_a_page_by_cursor_does_not_move_when_rows_come_before_it(api):
    for n in range(12):
        make_product(title=f"Tea {n:02}")
    following = api().get(PRODUCTS, {"cursor": ""}).json()["next"]

    make_product(title="A new one")

    assert titles(api().get(following)) == ["Tea 10", "Tea 11"]


def test_cursors_go_with_filters_and_searches(api):
    for n in range(12):
        make_product(title=f"Green {n:02}", inventory=n)
    make_product(title="Red")

    asked = {"cursor": "", "search": "green", "in_stock": "true", "ordering": "-title", "page": 7}
    first = api().get(PRODUCTS, asked).json()
    second = api().get(first["next"]).json()

    assert "page=" not in first["next"]
    assert [row["title"] for row in second["results"]] == ["Green 01"]


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%00",
        "é",
        "bnVsbA",  # null
        "WzEsMiwzXQ",  # [1,2,3]
        "WyJ0aXRsZSxpZCIsZmFsc2UsWyJhIl1d",  # ["title,id",false,["a"]]
        "WyJ0aXRsZSxpZCIsZmFsc2UsWyJhIixudWxsXV0",  # ["title,id",false,["a",null]]
        "WyJ0aXRsZSxpZCIsZmFsc2UsWyJhIiw5MjIzMzcyMDM2ODU0Nzc1ODA4XV0",  # an id of 2^63
        "WyJ0aXRsZSxpZCIsZmFsc2UsWyJcdTAwMDAiLDFdXQ",  # a NUL
        "WyJwcmljZSxpZCIsZmFsc2UsWyIxIiwxXV0",  # of another order
        "A" * 3000,
    ],
)
def test_a_cursor_that_we_never_gave_is_404(api, cursor):
    make_product()

    answer = api().get(PRODUCTS, {"cursor": cursor})

    assert answer.status_code == 404
    assert answer.json()["detail"] == "Invalid cursor"


COLUMNS = ["title", "unit_price", "price", "last_update", "rating"]


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("sign", ["", "-"])
def test_a_page_by_cursor_is_found_by_index(api, column, sign):
    varied_products(11)
    first = api().get(PRODUCTS, {"cursor": "", "ordering": sign + column}).json()

    with CaptureQueriesContext(connection) as queries:
        api().get(first["next"])

    table, column = map(connection.ops.quote_name, ("store_product", column))
    condition = f"{table}.{column}"
    found = [q["sql"] for q in queries if condition in q["sql"].partition(" WHERE ")[2]]
    plan = "\n".join(explain(sql) for sql in found)
    assert "product_by_" in plan
    assert "Seq Scan" not in plan
    assert "SCAN store_product" not in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


def explain(sql: str) -> str:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # the table of a test is tiny
            cursor.execute("SET LOCAL enable_sort = off")
        prefix = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
        cursor.execute(prefix + sql)
        return "\n".join(str(row) for row in cursor.fetchall())


def test_options_tell_staff_what_a_new_product_takes(api, boss):
    fields = api(boss).options(PRODUCTS).json()["actions"]["POST"]

    assert {name for name, field in fields.items() if field["required"]} == {
        "title", "unit_price", "inventory", "collection",
    }  # fmt: skip
    assert "price" not in fields
