"""Collections in the admin."""

import pytest

from tests.admin_pages import act, address, delete, notes, submit
from tradepost.kit.stamps import read_stamp
from tradepost.store.models import Collection
from tradepost.store.stamps import CATALOGUE
from tradepost.store.tests.factories import make_collection, make_product

LIST = "/admin/store/collection/"
pytestmark = pytest.mark.usefixtures("boss")


def suggestions(client, url: str, term: str) -> list[str]:
    field = "app_label=store&model_name=collection&field_name=featured_product"
    answer = client.get(f"{url}&term={term}&{field}")
    return [row["text"] for row in answer.json()["results"]]


def test_the_list_links_to_the_products_of_each_collection(client):
    tea, empty = make_product().collection, make_collection("Empty")
    make_product()

    page = client.get(LIST).content.decode()

    assert f'<a href="/admin/store/product/?collection__id={tea.pk}">2 Products</a>' in page
    assert f'<a href="/admin/store/product/?collection__id={empty.pk}">0 Products</a>' in page


def test_the_list_is_sorted_by_the_number_of_products(client):
    make_collection("Empty")
    make_product(collection=make_collection("Tea"))

    def titles(order):
        return [row.title for row in client.get(LIST, {"o": order}).context["cl"].result_list]

    assert titles("2") == ["Empty", "Tea"]
    assert titles("-2") == ["Tea", "Empty"]


def test_products_are_counted_for_the_list_only(client, django_assert_max_num_queries):
    tea = make_product().collection

    # session, user, the collection, its content type unless somebody has asked for it before
    with django_assert_max_num_queries(4) as form:
        client.get(address(Collection, "change", tea.pk))

    assert "COUNT" not in "".join(query["sql"] for query in form.captured_queries)


@pytest.mark.parametrize("rows", [1, 5])
def test_the_list_takes_as_many_queries_for_five_rows_as_for_one(
    client, rows, django_assert_num_queries
):
    for number in range(rows):
        make_product(collection=make_collection(f"C{number}"))

    with django_assert_num_queries(5):  # session, user, rows found, rows at all, the rows
        client.get(LIST)


def test_the_list_is_searched_by_title(client):
    make_collection("Tea")
    make_collection("Cups")

    found = client.get(LIST, {"q": "te"}).context["cl"].result_list

    assert [collection.title for collection in found] == ["Tea"]


def test_only_own_products_are_suggested_for_the_featured_one(client):
    tea = make_product(title="Green tea").collection
    make_product(title="Green cup", collection=make_collection("Cups"))
    page = client.get(address(Collection, "change", tea.pk)).content.decode()
    url = f"/admin/autocomplete/?of_collection={tea.pk}"

    assert f'data-ajax--url="{url}"' in page
    assert suggestions(client, url, "green") == ["Green tea"]


def test_no_product_is_suggested_for_a_collection_that_cannot_be(client):
    make_product(title="Green tea")

    assert suggestions(client, f"/admin/autocomplete/?of_collection={'9' * 30}", "green") == []


def test_a_collection_features_one_of_its_products(client):
    product = make_product()
    before = read_stamp(CATALOGUE)

    submit(client, Collection, product.collection, featured_product=product.pk)

    assert Collection.objects.get().featured_product == product
    assert read_stamp(CATALOGUE) > before


def test_a_product_of_another_collection_is_refused_in_the_form(client):
    tea = make_product().collection
    cup = make_product(collection=make_collection("Cups"))

    answer = submit(client, Collection, tea, featured_product=cup.pk)

    page = answer.content.decode()
    assert "The featured product must be one of the collection." in page
    assert Collection.objects.get(title="Tea").featured_product is None


def test_a_new_collection_is_only_a_title(client):
    before = read_stamp(CATALOGUE)

    submit(client, Collection, title="Cups")

    assert Collection.objects.get().title == "Cups"
    assert "featured" not in client.get(address(Collection, "add")).content.decode()
    assert read_stamp(CATALOGUE) > before


def test_a_title_that_is_taken_is_refused_in_the_form(client):
    make_collection("Tea")

    answer = submit(client, Collection, title="Tea")

    assert "A collection with this title already exists." in answer.content.decode()
    assert Collection.objects.count() == 1


def test_a_collection_with_products_is_not_deleted(client):
    tea = make_product().collection

    answer = delete(client, Collection, tea)

    assert Collection.objects.count() == 1
    assert notes(answer) == [
        ("error", "Collection cannot be deleted because it includes one or more products.")
    ]


def test_none_of_several_collections_is_deleted_when_one_has_products(client):
    empty, tea = make_collection("Empty"), make_product().collection
    before = read_stamp(CATALOGUE)

    act(client, Collection, "delete_selected", empty, tea, post="yes")

    assert Collection.objects.count() == 2
    assert read_stamp(CATALOGUE) == before


def test_empty_collections_are_deleted(client):
    rows = [make_collection("A"), make_collection("B")]

    answer = act(client, Collection, "delete_selected", *rows, post="yes")

    assert Collection.objects.count() == 0
    assert notes(answer) == [("success", "Successfully deleted 2 collections.")]
