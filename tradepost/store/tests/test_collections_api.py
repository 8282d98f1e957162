"""Collections as clients of the API meet them."""

import pytest

from conftest import make_user
from tradepost.store.models import Collection
from tradepost.store.tests.factories import make_collection, make_product

COLLECTIONS = "/api/v1/store/collections/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(api):
    return api(make_user("sam", is_staff=True))


def test_collections_show_the_number_of_their_products(api):
    tea = make_collection("Tea")
    make_product(collection=tea)
    empty = make_collection("Cups")

    shown = api().get(COLLECTIONS).json()

    assert shown == [
        {"id": empty.pk, "title": "Cups", "products_count": 0, "featured_product": None},
        {"id": tea.pk, "title": "Tea", "products_count": 1, "featured_product": None},
    ]


def test_one_collection_is_shown_alike(api):
    tea = make_collection("Tea")
    for _ in range(10):
        make_product(collection=tea)

    shown = api().get(f"{COLLECTIONS}{tea.pk}/").json()

    assert shown == {"id": tea.pk, "title": "Tea", "products_count": 10, "featured_product": None}
    assert api().get(f"{COLLECTIONS}{tea.pk}.json").json() == shown


def test_the_list_takes_two_queries_however_long_it_is(api, django_assert_num_queries):
    for n in range(12):
        make_product(collection=make_collection(f"Tea {n}"))

    with django_assert_num_queries(2):  # stamp, rows with counts
        assert len(api().get(COLLECTIONS).json()) == 12


@pytest.mark.parametrize("pk", ["999", "x", "9" * 19])
def test_an_unknown_collection_is_404(api, staff, pk):
    assert api().get(f"{COLLECTIONS}{pk}/").status_code == 404
    assert staff.put(f"{COLLECTIONS}{pk}/", {"title": "Tea"}).status_code == 404
    assert staff.delete(f"{COLLECTIONS}{pk}/").status_code == 404


def test_a_new_collection_has_no_products(api, staff):
    api().get(COLLECTIONS)

    answer = staff.post(COLLECTIONS, {"title": "Tea", "products_count": 9, "id": 5})

    assert answer.status_code == 201
    tea = Collection.objects.get()
    shown = {"id": tea.pk, "title": "Tea", "products_count": 0, "featured_product": None}
    assert answer.json() == shown
    assert answer["Location"] == f"http://testserver{COLLECTIONS}{tea.pk}/"
    assert api().get(COLLECTIONS).json() == [shown]


@pytest.mark.parametrize("sent", [{}, {"title": ""}, {"title": "x" * 256}, {"title": None}])
def test_a_collection_without_a_good_title_is_400(staff, sent):
    answer = staff.post(COLLECTIONS, sent)

    assert answer.status_code == 400
    assert set(answer.json()) == {"title"}
    assert not Collection.objects.exists()


def test_two_collections_have_two_titles(staff):
    make_collection("Tea")
    cups = make_collection("Cups")
    refusal = {"title": ["A collection with this title already exists."]}

    created = staff.post(COLLECTIONS, {"title": "Tea"})
    changed = staff.put(f"{COLLECTIONS}{cups.pk}/", {"title": "Tea"})

    assert (created.status_code, created.json()) == (400, refusal)
    assert (changed.status_code, changed.json()) == (400, refusal)
    assert list(Collection.objects.values_list("title", flat=True)) == ["Cups", "Tea"]


def test_put_and_patch_answer_with_the_count(staff):
    tea = make_collection("Tea")
    product = make_product(collection=tea)
    address = f"{COLLECTIONS}{tea.pk}/"

    put = staff.put(address, {"title": "Teas"})
    patch = staff.patch(address, {"featured_product": product.pk})

    shown = {"id": tea.pk, "title": "Teas", "products_count": 1, "featured_product": None}
    assert (put.status_code, put.json()) == (200, shown)
    assert (patch.status_code, patch.json()) == (200, {**shown, "featured_product": product.pk})
    assert staff.patch(address, {"featured_product": None}).json() == shown


def test_only_a_product_of_its_own_is_featured(staff):
    tea, stranger = make_collection("Tea"), make_product(collection=make_collection("Cups"))
    refusal = {"featured_product": ["The featured product must be one of the collection."]}

    for product_id in (stranger.pk, 999):
        featured = {"title": "New", "featured_product": product_id}
        answers = [
            staff.post(COLLECTIONS, featured),
            staff.put(f"{COLLECTIONS}{tea.pk}/", featured),
            staff.patch(f"{COLLECTIONS}{tea.pk}/", {"featured_product": product_id}),
        ]
        assert [(a.status_code, a.json()) for a in answers] == [(400, refusal)] * 3

    tea.refresh_from_db()
    assert (tea.title, tea.featured_product) == ("Tea", None)
    assert Collection.objects.count() == 2


def test_a_collection_lives_on_without_its_featured_product(api, staff):
    tea = make_collection("Tea")
    product = make_product(collection=tea)
    staff.patch(f"{COLLECTIONS}{tea.pk}/", {"featured_product": product.pk})

    staff.delete(f"/api/v1/store/products/{product.pk}/")

    assert api().get(f"{COLLECTIONS}{tea.pk}/").json()["featured_product"] is None


def test_an_empty_collection_is_deleted(staff):
    tea = make_collection("Tea")

    assert staff.delete(f"{COLLECTIONS}{tea.pk}/").status_code == 204
    assert not Collection.objects.exists()


def test_a_collection_with_products_stays(staff):
    tea = make_collection("Tea")
    make_product(collection=tea)

    answer = staff.delete(f"{COLLECTIONS}{tea.pk}/")

    assert answer.status_code == 405
    assert answer.json() == {
        "error": "Collection cannot be deleted because it includes one or more products."
    }
    assert Collection.objects.exists()


@pytest.mark.parametrize(
    ("method", "path"),
    [("post", ""), ("put", "{pk}/"), ("patch", "{pk}/"), ("delete", "{pk}/"), ("delete", "999/")],
)
def test_only_staff_write(api, ann, method, path):
    address = COLLECTIONS + path.format(pk=make_collection("Tea").pk)

    assert getattr(api(), method)(address, {"title": "a"}).status_code == 401
    assert getattr(api(ann), method)(address, {"title": "a"}).status_code == 403
    assert list(Collection.objects.values_list("title", flat=True)) == ["Tea"]
