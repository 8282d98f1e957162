"""Files that people send: size, kind and content."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from tradepost.kit.uploads import LOOKED_AT_BYTES, DocumentOf, MaxFileSize, read_start

PDF = b"%PDF-1.7\n..."


def refusal_of(check, content: bytes, name: str) -> str | None:
    try:
        check(ContentFile(content, name=name))
    except ValidationError as error:
        return error.code
    return None


def test_a_file_may_have_exactly_the_limit():
    check = MaxFileSize(500 * 1024)

    check(ContentFile(b"x" * 512_000, name="x"))
    with pytest.raises(ValidationError) as refusal:
        check(ContentFile(b"x" * 512_001, name="x"))

    assert refusal.value.messages == ["Files cannot be larger than 500 KB!"]


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (PDF, "terms.pdf", None),
        (PDF, "TERMS.PDF", None),
        (PDF, "terms.jpg", "invalid_extension"),
        (PDF, "terms", "invalid_extension"),
        (PDF, "terms.pdf.exe", "invalid_extension"),
        (b"\xff\xd8\xff\xe0", "photo.pdf", "invalid_content"),
        (b" %PDF-1.7", "terms.pdf", "invalid_content"),
        (b"", "terms.pdf", "invalid_content"),
    ],
)
def test_only_a_pdf_is_a_pdf(content, name, code):
    assert refusal_of(DocumentOf(["pdf"]), content, name) == code


def test_a_refused_kind_is_told_what_is_allowed():
    with pytest.raises(ValidationError) as refusal:
        DocumentOf(["txt", "pdf"])(ContentFile(b"x", name="photo.jpg"))

    [sentence] = refusal.value.messages
    assert sentence == "Files of the kind “jpg” are not allowed, only: pdf, txt."


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("a,b\n1,ö".encode(), None),
        (b"", None),
        (b"a\xff", "invalid_content"),
        (b"caf\xc3", "invalid_content"),
        (b"a\0b", "invalid_content"),
        (b"x" * 2000 + b"\xff" + b"x" * 9000, "invalid_content"),
    ],
)
def test_text_is_text(content, code):
    assert refusal_of(DocumentOf(["csv"]), content, "list.csv") == code


@pytest.mark.parametrize("before", range(4))
def test_a_character_may_lie_across_the_end_of_what_is_looked_at(before):
    content = b"x" * (LOOKED_AT_BYTES - before) + "😀".encode() * 5

    assert refusal_of(DocumentOf(["txt"]), content, "smile.txt") is None


def test_an_extension_that_nobody_can_tell_is_a_fault_of_ours():
    with pytest.raises(ValueError, match="exe"):
        DocumentOf(["pdf", "exe"])


def test_looking_leaves_the_file_at_its_beginning():
    file = ContentFile(PDF, name="terms.pdf")
    file.read()

    assert read_start(file) == PDF
    assert file.tell() == 0


def test_equal_rules_are_equal_for_migrations():
    assert DocumentOf(["pdf", "txt"]) == DocumentOf(["txt", "pdf"])
    assert DocumentOf(["pdf"]) != DocumentOf(["txt"])
    assert hash(MaxFileSize(5)) == hash(MaxFileSize(5))
    assert MaxFileSize(5) != MaxFileSize(6)
