"""What a search of the catalogue finds, on both engines, whoever writes and in whatever way."""

# ruff: noqa: RUF001 - letters that look alike are the matter here

import unicodedata
from threading import Thread

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tradepost.kit.search import sqlite
from tradepost.kit.search.source import source_of
from tradepost.kit.search.words import LOOKALIKES, UNSPACED
from tradepost.store.models import Collection, Product
from tradepost.store.models.search import CATALOGUE_TEXTS
from tradepost.store.tests.factories import make_collection, make_product

PRODUCTS = "/api/v1/store/products/"


def found(text: str) -> list[str]:
    return [product.title for product in Product.objects.public().matching(text)]


def titles(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [product["title"] for product in answer.json()["results"]]


# --- What is found ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "searches"),
    [
        ("Café crème", ["cafe", "CAFÉ", "café", "Cafe\u0301", "creme cafe", "cafe,crè", "caf"]),
        ("Cafe", ["Café", "CAFÉ", "cafe."]),
        ("Cafe\u0301", ["Café", "cafe"]),
        ("Coffee", ["cof", "COFFEE", "coffee"]),
        ("Straße nach Łódź, Ærø", ["strasse", "STRASSE", "lodz", "Łódź", "aero", "ærø"]),
        ("Ёлка", ["елка", "ёлка", "ЕЛКА"]),
        ("ΚΑΦΕΣ", ["καφές", "Καφέ", "καφεσ"]),
        ("Cà phê sữa đá", ["ca phe", "sua da", "sữa đá"]),
        ("有机咖啡豆", ["咖啡", "咖", "机咖啡", "有机 豆"]),
        ("コーヒー豆", ["コーヒー", "ヒー", "豆"]),
        ("กาแฟสด", ["แฟ", "กาแฟ", "สด"]),
        ("유기농커피", ["커피", "기농", "피"]),
        ("Tea 有机", ["有机 tea", "tea有机", "te"]),
        ("C++ for rock'n'roll", ["c++", "\"rock'n'roll\"", "rock'n", "c", "ROLL"]),
        ("X-100/b", ["x-100", "100", "x", "100/b"]),
        ("NOT or AND near", ["NOT", "OR", "AND", "NEAR", "not or and near"]),
        ("Ⅷ ½ ２", ["½", "２"]),
    ],
)
@pytest.mark.django_db
def test_a_title_is_found_by(title, searches):
    make_product(title=title)

    assert [search for search in searches if found(search) != [title]] == []


@pytest.mark.parametrize(
    ("title", "searches"),
    [
        ("Coffee", ["offee", "coffees", "cof.", "kettle", "cof fees"]),
        ("Резьба й", ["и"]),
        ("有机咖啡豆", ["啡咖", "咖豆", "coffee"]),
        ("กิน", ["กาน", "กน"]),
        ("green-tea", ["tea-green", "green-a"]),
        ("Rock", ['ro"ck', "ro'ck"]),
        ("Tea", ["🍵", "*", "'", "&|!", "%", "_", "t%"]),
    ],
)
@pytest.mark.django_db
def test_a_title_is_not_found_by(title, searches):
    make_product(title=title)

    assert [search for search in searches if found(search)] == []


@pytest.mark.django_db
def test_all_words_must_be_there_wherever_they_are():
    make_product(title="Green tea", description="from the hills", collection=make_collection("Hot"))

    assert found("hot hills green") == ["Green tea"]
    assert found("hot hills green cold") == []


@pytest.mark.django_db
def test_a_word_does_not_go_from_one_text_into_the_next():
    make_product(title="Green", collection=make_collection("tea"), description="cup")

    assert (found("green-tea"), found("tea-cup")) == ([], [])


@pytest.mark.parametrize("text", ["", " ", "\t \n"])
@pytest.mark.django_db
def test_an_empty_search_changes_nothing(text):
    make_product(title="Green tea")
    products = Product.objects.order_by("-title")

    assert products.matching(text) is products


@pytest.mark.django_db
def test_a_text_is_searched_up_to_fifteen_thousand_characters():
    make_product(title="Long", description=f"{'ab ' * 4_999}in out")

    assert (found("in"), found("out")) == (["Long"], [])


@pytest.mark.django_db
def test_a_word_of_any_length_can_be_stored_and_found():
    make_product(title="x" * 255, description="é" * 14_000)

    assert found("x" * 200) == ["x" * 255]
    assert found("e" * 100) == ["x" * 255]


# --- In which order --------------------------------------------------------------------------


@pytest.fixture
def teas(db) -> None:
    make_product(title="A cup", description="for tea", unit_price="4.00")
    make_product(title="B cup", collection=make_collection("All of tea"), unit_price="3.00")
    make_product(title="Z tea", collection=make_collection("Rest"), unit_price="2.00")
    make_product(title="Y tea", collection=make_collection("Rest"), unit_price="1.00")
    make_product(title="Kettle", collection=make_collection("Rest"), unit_price="1.00")
    Product.objects.filter(title="A cup").update(collection=make_collection("Rest"))


def test_a_word_in_the_title_comes_before_the_collection_before_the_description(teas):
    assert found("tea") == ["Y tea", "Z tea", "B cup", "A cup"]


def test_another_order_takes_the_place_of_the_rank(api, teas):
    answer = api().get(PRODUCTS, {"search": "tea", "ordering": "unit_price"})

    assert titles(answer) == ["Y tea", "Z tea", "B cup", "A cup"]


def test_search_goes_with_filters_pages_and_counts(api, teas):
    asked = {"search": "tea", "unit_price__gt": "1.50"}

    first = api().get(PRODUCTS, asked)

    assert titles(first) == ["Z tea", "B cup", "A cup"]
    assert first.json()["count"] == 3
    assert api().get(PRODUCTS, {**asked, "page": 2}).status_code == 404


def test_pages_by_cursor_are_by_title_because_a_rank_is_no_place(api, teas):
    answer = api().get(PRODUCTS, {"search": "tea", "cursor": ""})

    assert titles(answer) == ["A cup", "B cup", "Y tea", "Z tea"]


def test_the_page_searches_alike(client, teas):
    answer = client.get("/products/", {"search": "TÉA"})

    assert [product.title for product in answer.context["cards"]] == found("tea")


def test_the_page_names_a_search_of_too_many_words(client, teas):
    answer = client.get("/products/", {"search": "a b c d e f g h i j k l m"})

    assert answer.context["form"].errors == {"search": ["At most 12 words."]}
    assert len(answer.context["cards"]) == 5


@pytest.mark.parametrize(
    ("ordering", "first"), [("unit_price", "Y tea"), ("-unit_price", "A cup"), ("title", "A cup")]
)
def test_matching_composes_with_the_words_of_query_sets(teas, ordering, first):
    products = Product.objects.filter(unit_price__gt=0).matching("tea")

    assert products.count() == 4
    assert products.exclude(title="B cup").order_by(ordering).values_list("title")[0] == (first,)
    assert products.filter(pk__in=Product.objects.matching("z")).get().title == "Z tea"
    assert (products & Product.objects.matching("cup")).count() == 2
    assert Collection.objects.filter(products__in=products).distinct().count() == 2


def test_a_search_is_one_query_and_its_count_another(teas, django_assert_num_queries):
    with django_assert_num_queries(2):  # count, products
        Product.objects.matching("tea").count()
        list(Product.objects.matching("tea")[:2])


# --- What may be asked -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "search",
    [
        "c++", '"', '""', "'", "*", "te*", ":", "title:tea", "&", "|", "tea & | cup", "!tea", "<->",
        "NOT", "AND", "OR", "NEAR", "NEAR(tea cup, 2)", "tea AND", "^tea", "-tea", "{title}", "(",
        ")", "\\", "\\'", "%", "_", "%s", "$1", "🍵", "👩‍👩‍👧",
        "\u200d", "\ufeff", "\u0301", "e\u0301",
        "x" * 200, "咖" * 200, "a b c d e f g h i j k l", ",,,", ";--", "\ud7ff", "\U0010ffff",
        "ß", "İ", "ı", "ǅ", "ﬁ",
    ],
)  # fmt: skip
def test_whatever_is_typed_is_an_answer(api, teas, search):
    assert api().get(PRODUCTS, {"search": search}).status_code == 200


@pytest.mark.parametrize(
    ("search", "why"),
    [
        ("x" * 201, "At most 200 characters."),
        (" ".join("abcdefghijklm"), "At most 12 words."),
        (",".join("abcdefghijklm"), "At most 12 words."),
        ("tea\0", "Null characters are not allowed."),
    ],
)
def test_a_search_too_many_is_refused(api, teas, search, why):
    answer = api().get(PRODUCTS, {"search": search})

    assert (answer.status_code, answer.json()) == (400, {"search": [why]})


# --- Kept by the database --------------------------------------------------------------------


@pytest.mark.django_db
def test_a_product_is_found_from_the_moment_it_is_written():
    product = make_product(title="Green tea")
    product.title, product.description = "Kettle", "of steel"
    product.save()

    assert (found("green"), found("kettle steel")) == ([], ["Kettle"])


@pytest.mark.django_db
def test_a_deleted_product_is_gone_from_the_index():
    make_product(title="Green tea").delete()

    assert (found("green"), rows_of_index()) == ([], 0)


@pytest.mark.django_db
def test_what_is_rolled_back_is_not_found():
    make_product(title="Kettle")

    with transaction.atomic():
        Product.objects.update(title="Pot")
        make_product(title="Green tea")
        transaction.set_rollback(True)

    assert (found("green"), found("pot"), found("kettle")) == ([], [], ["Kettle"])


@pytest.mark.django_db
def test_a_renamed_collection_is_found_by_its_new_name_only():
    make_product(title="Kettle", collection=make_collection("Kitchen"))
    make_product(title="Pot", collection=make_collection("Garden"))

    Collection.objects.filter(title="Kitchen").update(title="Küche")

    assert (found("kitchen"), found("kuche"), found("garden")) == ([], ["Kettle"], ["Pot"])


@pytest.mark.django_db
def test_a_product_that_moves_is_found_by_its_new_collection():
    make_product(title="Kettle", collection=make_collection("Kitchen"))

    Product.objects.update(collection=make_collection("Garden"))

    assert (found("kitchen"), found("garden")) == ([], ["Kettle"])


@pytest.mark.django_db
def test_many_at_once_are_kept_too():
    tea = make_collection()
    made = Product.objects.bulk_create(
        Product(title=f"Pot {n}", slug=f"pot-{n}", unit_price=5, inventory=1, collection=tea)
        for n in range(3)
    )
    made[0].title = "Kettle"
    Product.objects.bulk_update(made, ["title"])

    with connection.cursor() as cursor:
        cursor.execute("UPDATE store_product SET title = 'Jug' WHERE slug = 'pot-1'")

    assert (found("pot"), found("kettle"), found("jug")) == (["Pot 2"], ["Kettle"], ["Jug"])


@pytest.mark.django_db
def test_a_change_of_stock_does_not_touch_the_index():
    product = make_product(title="Green tea")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM store_product_search")

    Product.objects.filter(pk=product.pk).update(inventory=3)
    product.save()

    assert found("green") == []


@pytest.mark.django_db(transaction=True)
def test_emptying_the_tables_empties_the_index():
    make_product(title="Green tea")

    call_command("flush", interactive=False, verbosity=0)

    assert rows_of_index() == 0
    make_product(title="Green tea")
    assert found("green") == ["Green tea"]


@pytest.mark.django_db(transaction=True)
def test_a_dump_has_no_index_in_it_and_loading_it_makes_one(tmp_path):
    make_product(title="Green tea")
    dump = str(tmp_path / "dump.json")
    call_command("dumpdata", "store.collection", "store.product", output=dump)
    call_command("flush", interactive=False, verbosity=0)

    call_command("loaddata", dump, verbosity=0)

    assert found("green") == ["Green tea"]


def rows_of_index() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM store_product_search")
        return cursor.fetchone()[0]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_a_product_that_comes_while_its_collection_is_renamed_is_found_by_the_new_name():
    kitchen = make_collection("Kitchen")
    maker = Thread(target=make_kettle, args=[kitchen])

    with transaction.atomic():
        Collection.objects.filter(pk=kitchen.pk).update(title="Garden")
        maker.start()
        maker.join(timeout=0.5)  # long enough for it to come as far as it can
    maker.join()

    assert (found("kitchen"), found("garden")) == ([], ["Kettle"])


def make_kettle(collection: Collection) -> None:
    make_product(title="Kettle", collection=collection)
    connection.close()


# --- Migrations ------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_index_can_be_taken_back_and_is_made_of_what_is_there(newest):
    make_product(title="Green tea")

    call_command("migrate", "store", "0008", verbosity=0)
    gone = "store_product_search" not in connection.introspection.table_names()
    Product.objects.update(title="Black tea")
    call_command("migrate", verbosity=0)

    assert gone
    assert (found("green"), found("black")) == ([], ["Black tea"])


@pytest.fixture
def newest():
    """Whatever a test did to the tables, the next one finds the newest."""
    yield
    call_command("migrate", verbosity=0)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite makes tables anew")
@pytest.mark.django_db(transaction=True)
def test_the_index_survives_that_sqlite_makes_its_table_anew():
    make_product(title="Green tea")
    config = apps.get_app_config("store")
    send = {"sender": config, "app_config": config, "using": "default", "verbosity": 0}
    plan = [("some migration", False)]

    models.signals.pre_migrate.send(plan=plan, **send)
    with connection.schema_editor() as editor:
        editor._remake_table(Product)
        editor._remake_table(Collection)
    Product.objects.update(title="Black tea")
    models.signals.post_migrate.send(plan=plan, **send)

    assert (found("green"), found("black")) == ([], ["Black tea"])
    make_product(title="Kettle")
    assert found("kettle") == ["Kettle"]


@pytest.mark.django_db
def test_looking_after_an_index_that_is_kept_is_two_queries():
    if connection.vendor == "sqlite":
        source = source_of(Product, CATALOGUE_TEXTS.fields)
        with CaptureQueriesContext(connection) as queries:
            sqlite.put_up(connection, "store_product_search", source)

        assert len(queries) == 2  # is the table there, are the triggers


@pytest.mark.django_db
def test_another_database_compares_the_columns(monkeypatch, teas):
    monkeypatch.setattr("tradepost.kit.search.index.INDEXED", {})

    assert found("tea") == ["Y tea", "Z tea", "B cup", "A cup"]
    assert found("CUP tea") == ["B cup", "A cup"]
    assert Product.objects.matching("tea").count() == 4


# --- Any text at all -------------------------------------------------------------------------

LETTERS = [
    *"aAbBeE1 ,.-+'\"*:()&|!\\_/%\t",
    *"éÉüÑçåøØŁßẞæŒþđİıếơ", "e\u0301",
    *"αάΆΣςσϊ", *"йиЙеёЁ",
    *"咖啡有カタきゃ한글กิน้า", "🍵",
]  # fmt: skip


def texts_of(letters: list[str]) -> st.SearchStrategy:
    """Three texts and a search, of so few letters that one is often in the other."""
    text = st.lists(st.sampled_from([*letters, " "]), max_size=8).map("".join)
    search = st.lists(st.sampled_from([*letters, " "]), min_size=1, max_size=5).map("".join)
    return st.tuples(text, text, text, search)


TEXTS = st.lists(st.sampled_from(LETTERS), min_size=1, max_size=4).flatmap(texts_of)


def folded(text: str) -> str:
    """Letters without case and accents, where an accent makes no letter of its own."""
    small = unicodedata.normalize("NFC", text).lower().replace("ς", "σ")
    kept = ""
    for letter in unicodedata.normalize("NFD", "".join(LOOKALIKES.get(c, c) for c in small)):
        if not ("\u0300" <= letter <= "\u036f" and kept[-1:] < "Ѐ"):
            kept += letter
    return unicodedata.normalize("NFC", kept)


def tokens(text: str) -> list[str]:
    spaced = ""
    for letter in folded(text):
        alone = any(first <= ord(letter) <= last for first, last in UNSPACED)
        inside = unicodedata.category(letter)[0] in "LNM"
        spaced += f" {letter} " if alone else letter if inside else " "
    return spaced.split()


def has(text: str, word: str) -> bool:
    wanted, given = tokens(word), tokens(text)
    is_open = unicodedata.category(word[-1])[0] in "LNM"
    return any(
        given[at : at + len(wanted) - 1] == wanted[:-1]
        and len(given) >= at + len(wanted)
        and (
            given[at + len(wanted) - 1].startswith(wanted[-1])
            if is_open
            else given[at + len(wanted) - 1] == wanted[-1]
        )
        for at in range(len(given))
    )


def is_expected(texts: tuple[str, ...], search: str) -> bool:
    words = [word for word in search.replace(",", " ").split() if tokens(word)]
    return bool(words) and all(any(has(text, word) for text in texts) for word in words)


@pytest.mark.django_db
@settings(
    max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(drawn=TEXTS)
def test_any_text_is_found_by_its_words_and_by_no_others(drawn):
    *texts, search = drawn
    title, collection, description = (f"q {text}" for text in texts)
    with transaction.atomic():
        make_product(title=title, collection=make_collection(collection), description=description)
        is_found = Product.objects.matching(search).exists()
        transaction.set_rollback(True)

    if search.strip():
        assert is_found is is_expected((title, collection, description), search)


LATIN = [chr(point) for point in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))]


@pytest.mark.django_db
def test_every_accent_of_the_latin_alphabet_is_folded():
    plain = {letter: folded(letter) for letter in LATIN if letter.isalpha()}
    plain = {letter: to for letter, to in plain.items() if to.isascii()}
    tea = make_collection()
    Product.objects.bulk_create(
        Product(title=f"x{point}{letter}", slug=point, unit_price=5, inventory=1, collection=tea)
        for point, letter in ((ord(letter), letter) for letter in plain)
    )

    found_by_plain = {letter for letter, to in plain.items() if found(f"x{ord(letter)}{to}.")}

    assert len(plain) > 500
    assert plain.keys() - found_by_plain == set()
