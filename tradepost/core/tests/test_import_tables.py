"""Catalogues as tables in CSV."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from tradepost.core.actions import imports as importing
from tradepost.core.actions.imports import import_products
from tradepost.core.catalogue import table
from tradepost.core.catalogue.formats import Format
from tradepost.core.catalogue.table import join_labels, protect, read_table, split_labels
from tradepost.core.errors import CatalogueBreaksOff
from tradepost.kit import tables
from tradepost.store.models import Product
from tradepost.tags.queries import read_labels

HEADER = "sku,title,category,brand,price,stock,tags,description\n"
TEA = 'TEA-1,Harbour Tea,loose-tea,Quay,8.99,12,black|breakfast,"For the first pot."\n'
CREATED = "1 created, 0 updated, 0 unchanged, 0 bad rows left out.\n"


@pytest.fixture
def run(tmp_path, db):
    """Import a table through the command; return what it said and complained of."""

    def import_through_command(content, name="catalogue.csv", **options):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        out, err = StringIO(), StringIO()
        call_command("import_products", file, stdout=out, stderr=err, **options)
        return out.getvalue(), err.getvalue()

    return import_through_command


def labels_of(product):
    return read_labels(model=Product, ids=[product.pk]).get(product.pk, [])


def test_a_row_becomes_a_product_with_its_exact_values(run):
    out, err = run(HEADER + TEA)

    product = Product.objects.get()
    assert (out, err) == (CREATED, "")
    assert (product.sku, product.title, product.brand) == ("TEA-1", "Harbour Tea", "Quay")
    assert (product.unit_price, product.inventory) == (Decimal("8.99"), 12)
    assert (product.collection.title, product.description) == ("Loose Tea", "For the first pot.")
    assert labels_of(product) == ["black", "breakfast"]


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + (HEADER + TEA).encode(),
        (HEADER + TEA).replace(",", ";"),
        (HEADER + TEA).replace("\n", "\r\n"),
        (HEADER + TEA).rstrip("\n"),
        "\n" + HEADER + "\n" + TEA + ",,,,,,,\n",
        (HEADER + TEA).replace("sku,title", " SKU , Title"),
        "colour," + HEADER + "green," + TEA,
    ],
    ids=["mark", "semicolons", "crlf", "no last end", "blank rows", "loose header", "more columns"],
)
def test_tables_of_many_programs_are_read(run, content):
    out, err = run(content)

    product = Product.objects.get()
    assert (out, err) == (CREATED, "")
    assert product.sku == "TEA-1"
    assert labels_of(product) == ["black", "breakfast"]


def test_the_format_can_be_named(run):
    out, _ = run(HEADER + TEA, name="catalogue.txt", format="csv")

    assert out == CREATED


def test_columns_may_be_left_out_and_stand_in_any_order(run):
    run(HEADER + TEA)

    out, _ = run("stock,sku,price,category,title\n3,TEA-1,8.99,loose-tea,Harbour Tea\n")

    product = Product.objects.get()
    assert out == "0 created, 1 updated, 0 unchanged, 0 bad rows left out.\n"
    assert (product.inventory, product.brand) == (3, "Quay")
    assert labels_of(product) == ["black", "breakfast"]


def test_an_empty_cell_empties_what_is_there(run):
    run(HEADER + TEA)

    run(HEADER + "TEA-1,Harbour Tea,loose-tea,,8.99,12,,\n")

    product = Product.objects.get()
    assert (product.brand, product.description, labels_of(product)) == ("", "", [])


def test_a_cell_may_have_several_lines_and_places_are_still_right(run):
    rows = 'A,One,tea,,5,1,,"two\nlines"\nB,Two,tea,,0.5,1,,\n'

    _, err = run(HEADER + rows)

    assert Product.objects.get().description == "two\nlines"
    assert err == "line 4 (sku 'B', title 'Two'): price must be from 1.00 to 9999.99, not 0.5\n"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("B,,tea,,5,1,,", " (sku 'B', title ''): title is empty"),
        ("B,Two,,,5,1,,", ": category is empty"),
        ("B,Two,tea,,,1,,", ": price must be a number, not ''"),
        ("B,Two,tea,,1e3,1,,", ": price must be a number, not '1e3'"),
        ('B,Two,tea,,"8,99",1,,', ": price must be a number, not '8,99'"),
        ("B,Two,tea,,8.999,1,,", ": price must have at most two decimals, not 8.999"),
        ("B,Two,tea,,5,1.5,,", ": stock must be a whole number, not '1.5'"),
        ("B,Two,tea,,5,-1,,", ": stock must be from 0 to 2147483647, not -1"),
        ("B,Two,tea,,5,1,a||b,", ": tag is empty"),
        ("B,Two,tea,,5,1,", ": has 7 cells, and the header 8"),
        ("B,Two,tea,,5,1,,,", ": has 9 cells, and the header 8"),
        ('B,"Two"s,tea,,5,1,,', ": is not CSV: ',' expected after '\"'"),
        (f"B,Two,{'x' * 256},,5,1,,", ": category must have at most 255 characters, not 256"),
        ("TEA-1,Again,tea,,5,1,,", ": is in the file already"),
    ],
)
def test_a_bad_row_is_reported_with_its_line_and_left_out(run, row, reason):
    out, err = run(f"{HEADER}{TEA}{row}\nC,Three,tea,,5,1,,\n")

    assert err.startswith("line 3")
    assert err.endswith(reason + "\n")
    assert out == "2 created, 0 updated, 0 unchanged, 1 bad rows left out.\n"
    assert set(Product.objects.values_list("sku", flat=True)) == {"TEA-1", "C"}


def test_a_byte_that_is_not_utf_8_costs_one_row(run):
    rows = "B,Café,tea,,5,1,,\n".encode("latin-1")

    out, err = run((HEADER + TEA).encode() + rows)

    assert err.startswith("line 3 (sku 'B', title 'Caf\\udce9')")
    assert out == "1 created, 0 updated, 0 unchanged, 1 bad rows left out.\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "The file is empty."),
        ("\n \n", "The file is empty."),
        (TEA, "The first line of a table must name its columns"),
        ("sku,title,price\nA,Tea,5\n", "at least title, category, price, stock."),
        (HEADER.replace("sku", "title"), "each once"),
        ('[{"title": "Tea"}]', "The first line"),
        ((HEADER + TEA).encode("utf-16"), "The first line"),
        (b"PK\x03\x04\x14\0", "The first line"),
    ],
)
def test_what_is_no_table_is_refused_and_changes_nothing(run, content, reason):
    with pytest.raises(CommandError, match=r"Nothing was changed\.$") as refused:
        run(content)

    assert reason in str(refused.value)
    assert not Product.objects.exists()


def test_a_table_that_breaks_off_says_where_and_keeps_what_went_in(run):
    with pytest.raises(CommandError) as refused:
        run(HEADER + TEA + 'B,"Two,tea,,5,1,,\nand so on\n')

    assert str(refused.value).endswith(
        "catalogue.csv breaks off at line 3: the text ends early. 1 rows before it went in."
    )
    assert Product.objects.count() == 1


def test_a_row_that_never_ends_is_given_up_without_reading_everything(monkeypatch):
    monkeypatch.setattr(tables, "LONGEST_ROW", 10_000)
    stream = StringIO(HEADER + TEA + 'B,"' + "line\n" * 100_000, newline="")

    with pytest.raises(CatalogueBreaksOff, match="the row has no end") as broken:
        list(read_table(stream=stream))

    assert broken.value.place == "line 3"
    assert stream.tell() < 20_000


def test_a_line_that_never_ends_is_given_up_too(monkeypatch):
    monkeypatch.setattr(tables, "LONGEST_ROW", 10_000)
    stream = StringIO(HEADER + TEA + "x" * 1_000_000, newline="")

    with pytest.raises(CatalogueBreaksOff, match="the row has no end"):
        list(read_table(stream=stream))

    assert stream.tell() < 20_000


def test_only_a_row_is_limited_and_not_the_file(monkeypatch):
    monkeypatch.setattr(tables, "LONGEST_ROW", 200)
    stream = StringIO(HEADER + TEA * 50, newline="")

    assert len(list(read_table(stream=stream))) == 50


def test_a_long_description_is_no_problem(run):
    words = "word " * 40_000

    out, _ = run(f"{HEADER}A,One,tea,,5,1,,{words}\n")

    assert out == CREATED
    assert Product.objects.get().description == words.strip()


def test_rows_go_in_batch_by_batch(db, monkeypatch):
    monkeypatch.setattr(importing, "ROWS_PER_TRANSACTION", 1)
    text = HEADER + TEA + "B,Two,tea,,5,1,,\n"

    steps = import_products(stream=StringIO(text, newline=""), format=Format.CSV)

    assert next(steps).tally.created == 1
    assert Product.objects.count() == 1


# --- Cells -----------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_a_formula_is_written_as_a_text(sign):
    assert protect(f"{sign}1+1") == f"'{sign}1+1"


@pytest.mark.parametrize("text", ["'tis the season", "tea", "", "'", "''"])
def test_other_texts_are_written_as_they_are(text):
    assert protect(text) == text


@settings(deadline=None)
@given(st.text(st.sampled_from("'=+-@\t\rab")))
def test_what_was_protected_is_read_as_it_was(text):
    assert table._value("title", protect(text)) == text


@settings(deadline=None)
@given(st.lists(st.text(st.sampled_from("|\\ab "), min_size=1).filter(str.strip)))
def test_labels_that_were_joined_are_split_again(labels):
    assert split_labels(join_labels(labels)) == labels


def test_a_backslash_before_anything_else_is_a_backslash():
    assert split_labels(r"C:\tea|x") == [r"C:\tea", "x"]
