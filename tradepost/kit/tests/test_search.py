"""What people type, taken apart; and what an index can be made of."""

import pytest
from django.apps import apps

from tradepost.kit.search import words_of
from tradepost.kit.search.source import source_of
from tradepost.kit.search.words import is_open

Session, Product = apps.get_model("accounts.Session"), apps.get_model("store.Product")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("green tea", ["green", "tea"]),
        (" green,tea ,, cup\t\n", ["green", "tea", "cup"]),
        ("Cafe\u0301", ["Café"]),
        ("a\0b", ["a", "b"]),
        ("NOT a:b OR (c)", ["NOT", "a:b", "OR", "(c)"]),
        ('"*" : & | ! \\ 🍵 -', []),
        ("", []),
    ],
)
def test_words_stand_between_spaces_and_commas(text, words):
    assert words_of(text) == words


@pytest.mark.parametrize(("word", "is_it"), [("tea", True), ("tea.", False), ("咖啡", True)])
def test_a_word_is_open_until_punctuation_closes_it(word, is_it):
    assert is_open(word) is is_it


def test_the_source_of_an_index_follows_the_foreign_key():
    source = source_of(Product, ("title", "collection__title"))

    assert source.tables == (
        '"store_product" "row" JOIN "store_collection" "of_collection_id"'
        ' ON "of_collection_id"."id" = "row"."collection_id"'
    )
    assert source.watched == ["title", "collection_id"]


@pytest.mark.parametrize(
    ("model", "fields", "why"),
    [
        (Session, ("session_data",), "neither a number nor a UUID"),
        (Product, ("collection__featured_product",), "must be unique"),
    ],
)
def test_an_index_that_could_not_be_kept_right_is_refused(model, fields, why):
    with pytest.raises(TypeError, match=why):
        source_of(model, fields)
