"""Files that people send: size, kind and content."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from tradepost.kit.tests.documents import office
from tradepost.kit.tests.pictures import picture_bytes
from tradepost.kit.uploads import FileOf, MaxFileSize, clean_name, read_start

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
    assert refusal_of(FileOf(["pdf"]), content, name) == code


def test_a_refused_kind_is_told_what_is_allowed():
    with pytest.raises(ValidationError) as refusal:
        FileOf(["txt", "pdf"])(ContentFile(b"x", name="photo.jpg"))

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
        (b"x" * 200_000 + b"\xff", "invalid_content"),
        (b"x" * 200_000 + b"\0", "invalid_content"),
    ],
)
def test_text_is_text(content, code):
    assert refusal_of(FileOf(["csv"]), content, "list.csv") == code


@pytest.mark.parametrize("before", range(4))
def test_a_character_may_lie_across_the_end_of_a_chunk(before):
    content = b"x" * (ContentFile.DEFAULT_CHUNK_SIZE - before) + "😀".encode() * 5

    assert refusal_of(FileOf(["txt"]), content, "smile.txt") is None


def test_an_extension_that_nobody_can_tell_is_a_fault_of_ours():
    with pytest.raises(ValueError, match="exe"):
        FileOf(["pdf", "exe"])


def test_looking_leaves_the_file_at_its_beginning():
    file = ContentFile(PDF, name="terms.pdf")
    file.read()

    assert read_start(file) == PDF
    assert file.tell() == 0


def test_equal_rules_are_equal_for_migrations():
    assert FileOf(["pdf", "txt"]) == FileOf(["txt", "pdf"])
    assert FileOf(["pdf"]) != FileOf(["txt"])
    assert hash(MaxFileSize(5)) == hash(MaxFileSize(5))
    assert MaxFileSize(5) != MaxFileSize(6)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("name", ["tea.jpg", "tea.JPEG", "tea.png", "tea.webp"])
def test_a_picture_may_have_the_name_of_another_kind_of_picture(kind, name):
    assert refusal_of(FileOf(["jpg", "jpeg", "png", "webp"]), picture_bytes(kind), name) is None


@pytest.mark.parametrize(
    "content", [PDF, picture_bytes("GIF"), b"<svg/>", b"RIFF\0\0\0\0WAVE", b""]
)
def test_what_begins_like_no_picture_is_none(content):
    assert refusal_of(FileOf(["jpg"]), content, "tea.jpg") == "invalid_content"


def test_an_office_document_is_looked_into():
    assert refusal_of(FileOf(["docx"]), office(), "terms.docx") is None
    assert refusal_of(FileOf(["docx"]), office("xl/workbook.xml"), "t.docx") == "invalid_content"


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("terms.pdf", "terms.pdf"),
        ("Terms of Ann.PDF", "Terms of Ann.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\ann\\terms.pdf", "terms.pdf"),
        ("invoice\u202efdp.exe.pdf", "invoicefdp.exe.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie_ x=1.pdf"),
        ('a"b<c>d|e?f*g:h.pdf', "a_b_c_d_e_f_g_h.pdf"),
        ("  .hidden..pdf ", "hidden.pdf"),
        ("...", "file.pdf"),
        ("", "file.pdf"),
        ("\u200b\ufeff.pdf", "file.pdf"),
        ("\ud800x.pdf", "x.pdf"),
        ("cafe\u0301.pdf", "caf\u00e9.pdf"),
        ("\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645.pdf",) * 2,
        ("\u7d99\u304e\u8db3\u3057\U0001f600.pdf",) * 2,
        ("x" * 200 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
def test_a_name_keeps_what_is_read_and_nothing_else(name, clean):
    assert clean_name(name, extension="pdf", longest=150) == clean
