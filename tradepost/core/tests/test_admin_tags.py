"""Tags in the product's form, which the glue adds to the shop's admin."""

import pytest
from django.contrib import admin

from tests.admin_pages import act, address, delete, submit
from tradepost.core.actions.products import tag_product
from tradepost.kit.stamps import read_stamp
from tradepost.store.admin.products import ProductAdmin, ProductImageInline
from tradepost.store.models import Product
from tradepost.store.stamps import CATALOGUE
from tradepost.store.tests.factories import make_product
from tradepost.tags.errors import LabelTaken
from tradepost.tags.models import Tag, TaggedItem

PREFIX = "tags-taggeditem-content_type-object_id"
pytestmark = pytest.mark.usefixtures("boss")


def labels_of(product) -> list[str]:
    return [tie.tag.label for tie in TaggedItem.objects.get_tags_for(Product, product.pk)]


def tie(client, product, *tags):
    """Send the product's form with these tags on new rows."""
    rows = {f"{PREFIX}-{number}-tag": tag.pk for number, tag in enumerate(tags)}
    return submit(client, Product, product, **{f"{PREFIX}-TOTAL_FORMS": len(tags)}, **rows)


def test_the_form_shows_tags_and_then_pictures(client):
    page = client.get(address(Product, "change", make_product().pk)).content.decode()

    assert 0 < page.index(f'id="{PREFIX}-group"') < page.index('id="images-group"')
    assert f'name="{PREFIX}-__prefix__-tag"' in page
    assert 'data-field-name="tag"' in page


def test_the_extended_admin_keeps_what_the_shop_has():
    extended = admin.site._registry[Product]

    assert isinstance(extended, ProductAdmin)
    assert ProductImageInline in extended.inlines
    assert "clear_inventory" in extended.actions


def test_the_shop_alone_knows_no_tags():
    alone = ProductAdmin(Product, admin.AdminSite())

    assert alone.inlines == [ProductImageInline]


def test_tags_are_tied_to_the_product_of_the_form(client):
    product, other = make_product(), make_product()
    before = read_stamp(CATALOGUE)

    tie(client, product, Tag.objects.create(label="green"), Tag.objects.create(label="new"))

    assert (labels_of(product), labels_of(other)) == (["green", "new"], [])
    assert read_stamp(CATALOGUE) > before


def test_the_same_tag_twice_counts_once(client):
    product, green = make_product(), Tag.objects.create(label="green")

    answer = tie(client, product, green, green)

    assert answer.status_code == 302
    assert labels_of(product) == ["green"]


def test_a_tag_is_taken_off_in_the_form(client):
    product = make_product()
    tag_product(product_id=product.pk, labels=["green", "new"])
    before = read_stamp(CATALOGUE)

    submit(client, Product, product, **{f"{PREFIX}-0-DELETE": "on"})

    assert labels_of(product) == ["new"]
    assert read_stamp(CATALOGUE) > before


def test_a_form_that_changes_nothing_writes_nothing(client):
    product = make_product()
    tag_product(product_id=product.pk, labels=["green"])
    before = read_stamp(CATALOGUE)

    submit(client, Product, product)

    assert labels_of(product) == ["green"]
    assert read_stamp(CATALOGUE) == before


def test_another_label_shows_in_the_catalogue(client):
    tag = Tag.objects.create(label="green")
    before = read_stamp(CATALOGUE)

    submit(client, Tag, tag, label="blue")
    act(client, Tag, "delete_selected", tag, post="yes")

    assert Tag.objects.count() == 0
    assert read_stamp(CATALOGUE) > before


def test_a_tag_that_the_catalogue_shows_goes_with_its_ties(client):
    product = make_product()
    tag_product(product_id=product.pk, labels=["green", "new"])
    before = read_stamp(CATALOGUE)

    delete(client, Tag, Tag.objects.get(label="green"))

    assert labels_of(product) == ["new"]
    assert read_stamp(CATALOGUE) > before


def test_a_new_tag_changes_nothing_that_is_shown(client):
    before = read_stamp(CATALOGUE)

    submit(client, Tag, label="green")

    assert [tag.label for tag in Tag.objects.all()] == ["green"]
    assert read_stamp(CATALOGUE) == before


@pytest.mark.parametrize("present", [0, 1])
def test_a_label_that_somebody_took_at_that_moment_is_refused(client, monkeypatch, present):
    Tag.objects.create(label="green")
    tag = Tag.objects.create(label="blue") if present else None
    monkeypatch.setattr(Tag, "validate_unique", lambda *args, **kwargs: None)  # it was free before
    before = read_stamp(CATALOGUE)

    answer = submit(client, Tag, tag, label="green")

    assert LabelTaken.message in answer.content.decode()
    assert Tag.objects.filter(label="green").count() == 1
    assert Tag.objects.count() == 1 + present
    assert read_stamp(CATALOGUE) == before


def test_tags_are_searched_by_label(client):
    for label in ("green", "new"):
        Tag.objects.create(label=label)

    found = client.get(address(Tag, "changelist"), {"q": "gree"}).context["cl"].result_list

    assert [tag.label for tag in found] == ["green"]
