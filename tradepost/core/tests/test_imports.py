import json
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as PropertyTestCase

from tradepost.core.actions.imports import import_products
from tradepost.core.tests.catalogues import a_review, a_row, without
from tradepost.kit import stamps
from tradepost.kit.stamps import read_stamp
from tradepost.store.models import Collection, Product, Review
from tradepost.store.stamps import CATALOGUE
from tradepost.tags.models import TaggedItem

REAL_CATALOGUE = Path(settings.BASE_DIR).parent / "shared" / "data" / "products.json"


def everything():
    """All that an import writes, to be compared."""
    return {
        "collections": list(Collection.objects.order_by("pk").values()),
        "products": list(Product.objects.order_by("pk").values()),
        "reviews": list(Review.objects.order_by("pk").values()),
        "tags": list(TaggedItem.objects.order_by("pk").values()),
    }


def last_tally(text):
    *_, step = import_products(stream=StringIO(text))
    return step.tally


# --- What a row becomes ----------------------------------------------------------------------


def test_a_row_becomes_a_product_with_its_exact_values(run):
    run([a_row()])

    product = Product.objects.get()
    assert (product.title, product.slug, product.sku) == ("Harbour Tea", "harbour-tea", "TEA-1")
    assert (product.unit_price, product.inventory) == (Decimal("8.99"), 12)
    assert (product.description, product.brand) == ("For the first pot of the day.", "Quay")


@pytest.mark.parametrize(
    ("category", "title"),
    [
        ("mens-shirts", "Mens Shirts"),
        ("home_decoration", "Home Decoration"),
        ("tea", "Tea"),
        ("Tea for  Two", "Tea for Two"),
        ("LED lamps", "LED lamps"),
    ],
)
def test_a_category_becomes_a_collection_title(run, category, title):
    run([a_row(category=category)])

    assert Product.objects.get().collection.title == title


def test_rows_of_one_category_share_a_collection_that_exists(run):
    tea = Collection.objects.create(title="Tea")

    run([a_row(category="tea", sku="A"), a_row(category="Tea", sku="B")])

    assert list(tea.products.values_list("sku", flat=True).order_by("sku")) == ["A", "B"]
    assert Collection.objects.count() == 1


def test_tags_are_tied_to_the_product(run):
    run([a_row(tags=["black", " breakfast ", "black"])])

    ties = TaggedItem.objects.get_tags_for(Product, Product.objects.get().pk)
    assert [tie.tag.label for tie in ties] == ["black", "breakfast"]


def test_a_review_keeps_the_words_and_not_the_address(run):
    run([a_row()])

    review = Review.objects.get()
    assert (review.name, review.rating) == ("Helena Marsh", 4)
    assert (review.description, str(review.date)) == ("Strong and round.", "2025-03-04")
    assert review.author is None
    assert "helena@example.com" not in str(Review.objects.values().get())


def test_a_moment_counts_as_the_day_it_was_in_utc(run):
    run([a_row(reviews=[a_review(date="2025-03-04T23:30:00-05:00")])])

    assert str(Review.objects.get().date) == "2025-03-05"


def test_the_same_review_twice_in_a_row_is_one_review(run):
    run([a_row(reviews=[a_review(), a_review()])])

    assert Review.objects.count() == 1


def test_a_review_repeated_with_another_rating_has_the_last_one_for_good(run):
    rows = [a_row(reviews=[a_review(rating=1), a_review(rating=2)])]
    run(rows)

    out, _ = run(rows)

    assert out == "0 created, 0 updated, 1 unchanged, 0 bad rows left out.\n"
    assert Review.objects.get().rating == 2


def test_people_without_an_address_are_told_apart_by_their_names(run):
    nameless = without(a_review(), "reviewerEmail")

    run([a_row(reviews=[nameless, {**nameless, "reviewerName": "Piet"}])])

    assert Review.objects.count() == 2


def test_a_title_without_latin_letters_still_has_a_slug(run):
    run([a_row(title="日本茶")])

    assert Product.objects.get().slug == "product"


def test_a_long_title_has_a_slug_that_fits(run):
    run([a_row(title="word " * 20)])

    assert Product.objects.get().slug == "-".join(["word"] * 10)


def test_brand_description_tags_reviews_and_sku_may_be_left_out(run):
    _, err = run([without(a_row(), "brand", "description", "tags", "reviews", "sku", "id")])

    product = Product.objects.get()
    assert (product.brand, product.description, product.sku) == ("", "", None)
    assert err == ""


# --- Once more -------------------------------------------------------------------------------


def test_importing_again_changes_nothing(run):
    rows = [a_row(), a_row(sku="TEA-2"), without(a_row(), "sku")]
    first, _ = run(rows)
    before, stamp = everything(), read_stamp(CATALOGUE)

    second, _ = run(rows)

    assert first == "3 created, 0 updated, 0 unchanged, 0 bad rows left out.\n"
    assert second == "0 created, 0 updated, 3 unchanged, 0 bad rows left out.\n"
    assert everything() == before
    assert read_stamp(CATALOGUE) == stamp


def test_only_a_changed_row_is_written(run):
    run([a_row(sku="A"), a_row(sku="B")])
    before = {product.sku: product for product in Product.objects.all()}

    out, _ = run([a_row(sku="A"), a_row(sku="B", price=9.5, stock=3)])

    after = {product.sku: product for product in Product.objects.all()}
    assert out == "0 created, 1 updated, 1 unchanged, 0 bad rows left out.\n"
    assert after["A"].last_update == before["A"].last_update
    assert after["B"].last_update > before["B"].last_update
    assert (after["B"].unit_price, after["B"].inventory) == (Decimal("9.50"), 3)


def test_a_row_without_a_sku_is_known_by_its_title_in_its_collection(run):
    row = without(a_row(), "sku")
    run([row])

    out, _ = run([{**row, "stock": 3}, {**row, "category": "gifts"}])

    assert out == "1 created, 1 updated, 0 unchanged, 0 bad rows left out.\n"
    assert list(Product.objects.order_by("pk").values_list("inventory", flat=True)) == [3, 12]


def test_a_row_without_a_sku_does_not_take_over_a_product_that_has_one(run):
    run([a_row()])

    out, _ = run([without(a_row(stock=3), "sku")])

    assert out == "1 created, 0 updated, 0 unchanged, 0 bad rows left out.\n"
    assert Product.objects.get(sku="TEA-1").inventory == 12


def test_a_product_follows_its_sku_to_another_title_and_collection(run):
    run([a_row()])
    pk = Product.objects.get().pk

    run([a_row(title="Quay Tea", category="gifts")])

    product = Product.objects.get()
    assert (product.pk, product.title, product.slug) == (pk, "Quay Tea", "quay-tea")
    assert product.collection.title == "Gifts"


def test_what_a_row_leaves_out_stays(run):
    run([a_row()])

    out, _ = run([without(a_row(), "brand", "description", "tags", "reviews")])

    assert out == "0 created, 0 updated, 1 unchanged, 0 bad rows left out.\n"
    assert Product.objects.get().brand == "Quay"
    assert TaggedItem.objects.count() == 2


def test_a_slug_chosen_by_hand_lives_as_long_as_the_title(run):
    run([a_row()])
    Product.objects.update(slug="our-own-tea")

    run([a_row(stock=3)])

    assert Product.objects.get().slug == "our-own-tea"


def test_other_tags_count_as_an_update_and_replace_the_old_ones(run):
    run([a_row()])
    stamp = read_stamp(CATALOGUE)

    out, _ = run([a_row(tags=["green"])])

    assert out == "0 created, 1 updated, 0 unchanged, 0 bad rows left out.\n"
    assert [tie.tag.label for tie in TaggedItem.objects.all()] == ["green"]
    assert read_stamp(CATALOGUE) > stamp


def test_a_review_that_changed_its_rating_is_the_same_review(run):
    run([a_row()])

    out, _ = run([a_row(reviews=[a_review(rating=2)])])

    assert out == "0 created, 1 updated, 0 unchanged, 0 bad rows left out.\n"
    assert Review.objects.get().rating == 2


def test_a_new_review_joins_the_old_ones(run):
    run([a_row()])

    out, _ = run([a_row(reviews=[a_review(), a_review(comment="Still good.")])])

    assert out == "0 created, 1 updated, 0 unchanged, 0 bad rows left out.\n"
    assert Review.objects.count() == 2


def test_a_batch_that_changed_something_raises_the_catalogue_stamp(run):
    run([a_row()])

    assert read_stamp(CATALOGUE) > 0


# --- What it costs, and what holds for every list ----------


def count_queries(rows):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        last_tally(json.dumps(rows))
    return len(queries)


def test_the_queries_of_a_batch_do_not_grow_with_its_rows(db, monkeypatch):
    monkeypatch.setattr(stamps, "SHARDS", 1)  # or chance decides whether a shard is new

    def rows(count, **fields):
        return [a_row(sku=f"{count}-{number}", **fields) for number in range(count)]

    last_tally(json.dumps([a_row()]))  # the caches of content types are warm

    assert count_queries(rows(2)) == count_queries(rows(40))
    assert count_queries(rows(2)) == count_queries(rows(40))  # unchanged
    assert count_queries(rows(2, stock=3)) == count_queries(rows(40, stock=3))  # updated


short_texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12
).filter(str.strip)
reviews = st.fixed_dictionaries(
    {
        "rating": st.integers(1, 5),
        "comment": short_texts,
        "date": st.dates().map(str),
        "reviewerName": short_texts,
    },
    optional={"reviewerEmail": st.emails()},
)
rows = st.fixed_dictionaries(
    {
        "title": short_texts,
        "category": short_texts,
        "price": st.integers(100, 999_999).map(lambda cents: cents / 100),
        "stock": st.integers(0, 2_147_483_647),
    },
    optional={
        "sku": st.sampled_from(["A", "B", "C", "D"]),
        "brand": short_texts,
        "description": short_texts,
        "tags": st.lists(short_texts, max_size=3),
        "reviews": st.lists(reviews, max_size=3),
    },
)


class EveryList(PropertyTestCase):
    @given(rows=st.lists(rows, max_size=8))
    @hypothesis_settings(
        max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    def test_valid_rows_go_in_once_or_are_reported_and_again_change_nothing(self, rows):
        file = StringIO(json.dumps(rows))
        steps = list(import_products(stream=file))
        before = everything()
        file.seek(0)

        again = list(import_products(stream=file))

        reported = sum(len(step.bad_rows) for step in steps)
        imported = steps[-1].tally.created if steps else 0
        assert imported + reported == len(rows)
        assert Product.objects.count() == imported
        assert everything() == before
        assert (again[-1].tally.unchanged if again else 0) == imported


@pytest.mark.skipif(not REAL_CATALOGUE.exists(), reason="a checkout alone has no real catalogue")
def test_a_real_catalogue_goes_in_but_for_its_prices_out_of_range(db):
    out, err = StringIO(), StringIO()

    call_command("import_products", REAL_CATALOGUE, stdout=out, stderr=err)

    assert out.getvalue() == "180 created, 0 updated, 0 unchanged, 14 bad rows left out.\n"
    assert err.getvalue().count("price must be from 1.00 to 9999.99") == 14
    assert Collection.objects.filter(title="Mens Shirts").count() == 1
    assert Review.objects.count() == 540
