import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tradepost.core.actions import imports as importing
from tradepost.core.actions.imports import import_products
from tradepost.core.catalogue import stream as reading
from tradepost.core.errors import CatalogueBreaksOff, NotACatalogue
from tradepost.core.tests.catalogues import a_row
from tradepost.store.models import Collection, Product


def test_a_json_lines_file_is_read_too(run):
    out, _ = run(f"{json.dumps(a_row(sku='A'))}\n\n{json.dumps(a_row(sku='B'))}")

    assert out == "2 created, 0 updated, 0 unchanged, 0 bad rows left out.\n"


def test_one_line_is_enough(run):
    out, _ = run(json.dumps(a_row()))

    assert out == "1 created, 0 updated, 0 unchanged, 0 bad rows left out.\n"


def test_a_line_that_is_not_json_is_a_bad_row(run):
    out, err = run(f"{json.dumps(a_row(sku='A'))}\n{{oops\n{json.dumps(a_row(sku='B'))}\n")

    assert err == "row 2: is not JSON\n"
    assert out == "2 created, 0 updated, 0 unchanged, 1 bad rows left out.\n"


def test_a_file_may_begin_with_a_byte_order_mark(run):
    out, _ = run(b"\xef\xbb\xbf" + json.dumps([a_row()]).encode())

    assert out == "1 created, 0 updated, 0 unchanged, 0 bad rows left out.\n"


def test_an_empty_list_is_a_catalogue(run):
    out, _ = run(" [ ] \n")

    assert out == "0 created, 0 updated, 0 unchanged, 0 bad rows left out.\n"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "  \n",
        "hello",
        "5",
        '"text"',
        "[1, 2]",
        '["title"]',
        "[",
        '[{"title": ',
        '[{"title"}]',
        "{}",
        '{"products": [{"title": "Tea"}]}',
        '{\n  "title": "Tea"\n}',
        "[" * 200_000,
        '[{"a": ' + "[" * 200_000,
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"PK\x03\x04\x14\0",
        '[{"title": "Tea"}]'.encode("utf-16"),
    ],
)
def test_what_is_no_catalogue_is_refused_in_one_line_and_changes_nothing(run, content):
    with pytest.raises(CommandError, match=r"^\S+catalogue.json: .+ Nothing was changed\.$"):
        run(content)

    assert not Collection.objects.exists()
    assert not Product.objects.exists()


def test_a_missing_file_is_refused(tmp_path, db):
    with pytest.raises(CommandError, match="No such file or directory"):
        call_command("import_products", tmp_path / "nowhere.json")


def test_a_folder_is_refused(tmp_path, db):
    with pytest.raises(CommandError, match="Is a directory"):
        call_command("import_products", tmp_path)


@pytest.mark.parametrize(
    ("tail", "row", "reason"),
    [
        (', {"title": "Te', 3, "the text ends early"),
        (",", 3, "the text ends early"),
        ("", 3, "the text ends early"),
        (' {"title": "Tea"}]', 3, "a comma is missing"),
        (', {"title" "Tea"}]', 3, "JSON error: Expecting ':' delimiter"),
        ("] more", 3, "something follows the end of the list"),
    ],
)
def test_a_file_that_breaks_off_says_where_and_keeps_what_went_in(run, tail, row, reason):
    with pytest.raises(CommandError) as refused:
        run(json.dumps([a_row(sku="A"), a_row(sku="B")])[:-1] + tail)

    assert str(refused.value).endswith(
        f"catalogue.json breaks off at row {row}: {reason}. 2 rows before it went in."
    )
    assert Product.objects.count() == 2


def test_a_break_between_two_batches_is_told_too(run, monkeypatch):
    monkeypatch.setattr(importing, "ROWS_PER_TRANSACTION", 2)

    with pytest.raises(CommandError, match="breaks off at row 3"):
        run(json.dumps([a_row(sku="A"), a_row(sku="B")])[:-1])


def test_json_lines_that_break_off_say_where(run):
    with pytest.raises(CommandError, match=r"breaks off at row 2: the text ends early\. 1 rows"):
        run(f'{json.dumps(a_row())}\n{{"title": "Te')

    assert Product.objects.count() == 1


def test_a_stream_that_is_strict_about_its_encoding_is_refused_cleanly(tmp_path, db):
    file = tmp_path / "catalogue.json"
    file.write_bytes(b"[\xff")

    with file.open(encoding="utf-8") as stream, pytest.raises(NotACatalogue):
        list(import_products(stream=stream))


def test_a_row_that_never_ends_is_given_up_without_reading_everything(monkeypatch):
    monkeypatch.setattr(reading, "LONGEST_ROW", 10_000)
    monkeypatch.setattr(reading, "CHUNK", 1_000)
    stream = StringIO('[{"a": 1}, {"b": "' + "x" * 1_000_000)

    with pytest.raises(CatalogueBreaksOff):
        list(reading.read_rows(stream=stream))

    assert stream.tell() < 40_000


@pytest.mark.parametrize("chunk", [1, 2, 3, 7])
@pytest.mark.parametrize(
    "text", ['[{"a": 12}, 345, "six", [7], 8.25e+1, 9]', '{"a": 12}\n345\n"six"\n']
)
def test_rows_are_found_wherever_the_chunks_end(monkeypatch, chunk, text):
    whole = list(reading.read_rows(stream=StringIO(text)))
    monkeypatch.setattr(reading, "CHUNK", chunk)

    assert list(reading.read_rows(stream=StringIO(text))) == whole
    assert [row.value for row in whole[:3]] == [{"a": 12}, 345, "six"]


def test_only_a_window_of_the_file_is_held(monkeypatch):
    monkeypatch.setattr(reading, "CHUNK", 1_000)
    stream = StringIO(json.dumps([a_row(sku=str(n)) for n in range(100)]))

    rows = reading.read_rows(stream=stream)
    next(rows)

    assert stream.tell() == 1_000


# --- Progress -----------------------------------------------------------------------------


class Terminal(StringIO):
    def isatty(self):
        return True


def test_a_terminal_sees_a_bar_that_is_taken_away(tmp_path, db, monkeypatch):
    monkeypatch.setattr(importing, "ROWS_PER_TRANSACTION", 1)
    file = tmp_path / "catalogue.json"
    file.write_text(json.dumps([a_row(sku="A"), a_row(sku="B")]))
    out = Terminal()

    call_command("import_products", file, stdout=out)

    assert f"\r[{'#' * 30}] 100% 2 rows" in out.getvalue()
    assert out.getvalue().endswith(
        "\r\x1b[K2 created, 0 updated, 0 unchanged, 0 bad rows left out.\n"
    )


def test_elsewhere_a_line_per_thousand_rows_is_enough(run):
    out, _ = run([a_row(sku=str(number), reviews=[], tags=[]) for number in range(2100)])

    assert out.splitlines() == [
        "1,000 rows",
        "2,000 rows",
        "2100 created, 0 updated, 0 unchanged, 0 bad rows left out.",
    ]
