"""Office documents: what is one, and what only calls itself one."""

import struct
import zipfile

import pytest
from django.core.files.base import ContentFile

from tradepost.kit import office as office_module
from tradepost.kit.office import is_office_document
from tradepost.kit.tests.documents import PDF, archive, office, open_document

SHEET = "application/vnd.oasis.opendocument.spreadsheet"


def is_one(content: bytes, extension: str = "docx") -> bool:
    return is_office_document(ContentFile(content), extension=extension)


@pytest.mark.parametrize(
    ("content", "extension"),
    [
        (office(), "docx"),
        (office("xl/workbook.xml"), "xlsx"),
        (office("ppt/presentation.xml"), "pptx"),
        (open_document(), "odt"),
        (open_document(SHEET), "ods"),
    ],
)
def test_documents_of_all_kinds_are_known(content, extension):
    assert is_one(content, extension)


@pytest.mark.parametrize(
    ("content", "extension"),
    [
        (office("xl/workbook.xml"), "docx"),
        (open_document(SHEET), "odt"),
        (open_document(), "docx"),
        (office(), "odt"),
        (archive({"setup.exe": b"MZ"}), "docx"),
        (archive({"word/document.xml": b""}), "docx"),
        (open_document(compression=zipfile.ZIP_DEFLATED), "odt"),
        (open_document("x" * 101), "odt"),
        (archive({"content.xml": b""}), "odt"),
        (PDF, "docx"),
        (b"", "docx"),
        (b"PK\x05\x06", "docx"),
        (office()[:-30], "docx"),
        (office()[40:], "docx"),
    ],
)
def test_another_content_is_none(content, extension):
    assert not is_one(content, extension)


@pytest.mark.parametrize(
    ("content", "extension"),
    [
        (office(**{"word/vbaProject.bin": b"x"}), "docx"),
        (office("xl/workbook.xml", **{"XL/VBAPROJECT.BIN": b"x"}), "xlsx"),
        (open_document(**{"Basic/Standard/Module1.xml": b"x"}), "odt"),
        (open_document(**{"Scripts/python/run.py": b"x"}), "odt"),
    ],
)
def test_a_document_with_programs_in_it_is_refused(content, extension):
    assert not is_one(content, extension)


def test_a_list_of_parts_that_is_too_long_is_not_read(monkeypatch):
    monkeypatch.setattr(office_module, "MOST_LIST_BYTES", 200)
    small, large = office(), office(**{f"part{n}": b"" for n in range(10)})
    monkeypatch.setattr(
        zipfile.ZipFile, "namelist", lambda self: ["[Content_Types].xml", "word/document.xml"]
    )

    assert is_one(small)
    assert not is_one(large)


def test_an_archive_with_another_list_for_large_ones_is_refused():
    content = office()
    at = content.rindex(b"PK\x05\x06")
    locator = b"PK\x06\x07" + struct.pack("<LQL", 0, 0, 1)

    assert not is_one(content[:at] + locator + content[at:])


def test_looking_leaves_the_file_at_its_beginning():
    file = ContentFile(office())

    is_office_document(file, extension="docx")

    assert file.tell() == 0


def test_damaged_documents_are_no_faults():
    content = office(**{"word/styles.xml": b"<styles/>"})

    for place in range(len(content)):
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        assert is_one(bytes(damaged)) in (True, False)
