"""Tags and likes of products: three apps that the glue brings together."""

import pytest
from django.contrib.contenttypes.models import ContentType

from tradepost.kit.stamps import read_stamp
from tradepost.likes.actions.likes import like
from tradepost.likes.models import LikedItem
from tradepost.store.actions.products import delete_product
from tradepost.store.extras import tags
from tradepost.store.models import Product
from tradepost.store.stamps import CATALOGUE
from tradepost.store.tests.factories import make_product
from tradepost.tags.actions.tagging import set_tags
from tradepost.tags.models import Tag, TaggedItem

PRODUCTS = "/api/v1/store/products/"
TAGS = "/api/v1/tags/"


@pytest.fixture
def staff(dora):
    dora.is_staff = True
    dora.save()
    return dora


def tag(product, *labels):
    set_tags(model=Product, labels_by_id={product.pk: labels})


def tags_path(product):
    return f"{PRODUCTS}{product.pk}/tags/"


# --- What products show ----------------------------------------------------------------------


def test_a_product_shows_its_tags_in_order(api, db):
    product = make_product()
    tag(product, "green", "fair", "black")

    shown = api().get(f"{PRODUCTS}{product.pk}/").json()
    listed = api().get(PRODUCTS).json()["results"]

    assert shown["tags"] == ["black", "fair", "green"]
    assert [row["tags"] for row in listed] == [["black", "fair", "green"]]


def test_products_are_found_by_a_label_however_it_is_capitalized(db):
    gift = make_product()
    tag(gift, "Gift")
    tag(make_product(), "gifts")

    assert list(tags.having("gift")) == [gift.pk]


# --- Setting them ----------------------------------------------------------------------------


def test_the_staff_gives_a_product_exactly_these_tags(api, staff):
    product = make_product()
    tag(product, "old", "green")

    response = api(staff).put(tags_path(product), {"tags": ["green", " new ", "new"]})

    assert response.status_code == 200
    assert response.json() == {"tags": ["green", "new"]}
    assert api().get(f"{PRODUCTS}{product.pk}/").json()["tags"] == ["green", "new"]


def test_an_answer_that_was_kept_is_made_anew_when_tags_change(api, staff):
    product = make_product()
    first = api().get(f"{PRODUCTS}{product.pk}/")

    api(staff).put(tags_path(product), {"tags": ["new"]})

    again = api().get(f"{PRODUCTS}{product.pk}/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.json()["tags"]) == (200, ["new"])


def test_the_same_tags_again_leave_the_catalogue_as_it_was(api, staff):
    product = make_product()
    tag(product, "green")
    stamp = read_stamp(CATALOGUE)

    api(staff).put(tags_path(product), {"tags": ["green"]})

    assert read_stamp(CATALOGUE) == stamp


def test_all_tags_can_be_taken_off(api, staff):
    product = make_product()
    tag(product, "green")

    assert api(staff).put(tags_path(product), {"tags": []}).json() == {"tags": []}
    assert not TaggedItem.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"tags": "green"},
        {"tags": [""]},
        {"tags": [None]},
        {"tags": ["x" * 256]},
        {"tags": ["a\0b"]},
        {"tags": [f"{number}" for number in range(51)]},
    ],
)
def test_bad_tags_are_refused_and_the_old_ones_stay(api, staff, body):
    product = make_product()
    tag(product, "green")

    response = api(staff).put(tags_path(product), body)

    assert (response.status_code, list(response.json())) == (400, ["tags"])
    assert [item.tag.label for item in TaggedItem.objects.all()] == ["green"]


def test_only_the_staff_sets_tags(api, ann):
    product = make_product()

    statuses = [
        api(user).put(tags_path(product), {"tags": ["mine"]}).status_code for user in (None, ann)
    ]

    assert statuses == [401, 403]
    assert not TaggedItem.objects.exists()


def test_tags_of_a_missing_product_are_not_found(api, staff):
    assert api(staff).put(f"{PRODUCTS}987654/tags/", {"tags": ["x"]}).status_code == 404
    assert not Tag.objects.exists()


# --- The list --------------------------------------------------------------------------------


def test_everybody_sees_which_tags_products_have(api, db):
    tag(make_product(), "green", "black")
    tag(make_product(), "green")
    Tag.objects.create(label="unused")

    rows = api().get(TAGS).json()["results"]

    assert [(row["label"], row["products_count"]) for row in rows] == [("black", 1), ("green", 2)]


def test_tags_are_searched(api, db):
    tag(make_product(), "black tea", "green tea", "mug")

    rows = api().get(TAGS, {"search": "TEA"}).json()["results"]

    assert [row["label"] for row in rows] == ["black tea", "green tea"]


def test_a_page_of_tags_leads_to_the_next_at_the_same_price(api, db, django_assert_num_queries):
    tag(make_product(), *(f"tag {number:02}" for number in range(45)))
    ContentType.objects.get_for_model(Product)

    with django_assert_num_queries(1):  # the page
        first = api().get(TAGS).json()
    second = api().get(first["next"]).json()

    assert [row["label"] for row in second["results"]] == [f"tag {n}" for n in range(20, 40)]


# --- When a product is gone ------------------------------------------------------------------


def test_tags_and_likes_go_with_their_product(ann):
    gone, stays = make_product(), make_product()
    for product in (gone, stays):
        tag(product, "green")
        like(user=ann, kind="product", object_id=product.pk)

    delete_product(product_id=gone.pk)

    assert [item.object_id for item in TaggedItem.objects.all()] == [stays.pk]
    assert [item.object_id for item in LikedItem.objects.all()] == [stays.pk]


def test_a_product_is_liked_through_the_api(api, ann):
    product = make_product()

    response = api(ann).post("/api/v1/likes/", {"kind": "product", "id": product.pk})

    assert response.json() == {"kind": "product", "id": product.pk, "count": 1, "liked": True}
