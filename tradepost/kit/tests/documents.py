"""Documents for tests, made on the spot."""

import zipfile
from io import BytesIO

PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n%%EOF\n"


def archive(parts: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", compression) as made:
        for name, part in parts.items():
            made.writestr(name, part)
    return content.getvalue()


def office(main: str = "word/document.xml", **parts: bytes) -> bytes:
    """Return a document of Office, by default one for Word; ``parts`` are added to it."""
    return archive({"[Content_Types].xml": b"<Types/>", main: b"<document/>", **parts})


def open_document(
    mime_type: str = "application/vnd.oasis.opendocument.text",
    *,
    compression: int = zipfile.ZIP_STORED,
    **parts: bytes,
) -> bytes:
    mimetype = {"mimetype": mime_type.encode(), "content.xml": b"<office/>"}
    return archive({**mimetype, **parts}, compression=compression)
