"""Uploaded files, as a browser asks for them."""

from http import HTTPStatus

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def keep(settings, tmp_path):
    """Call it to keep a file; ``outside.png`` lies beside the folder of uploads."""
    settings.MEDIA_ROOT = tmp_path / "media"
    (tmp_path / "outside.png").write_bytes(PNG)

    def save(name: str, content: bytes = PNG) -> str:
        return default_storage.save(name, ContentFile(content))

    return save


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_picture_is_sent_with_its_type_to_be_kept_for_ever(client, keep):
    keep("store/images/0a1b.webp", b"RIFF")

    answer = client.get("/media/store/images/0a1b.webp")

    assert (answer.status_code, body(answer)) == (200, b"RIFF")
    assert answer["Content-Type"] == "image/webp"
    assert answer["Content-Length"] == "4"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "attachment" not in answer["Content-Disposition"]


def test_nothing_in_a_file_can_run(client, keep):
    keep("store/page.html", b"<script>alert(1)</script>")

    answer = client.get("/media/store/page.html")

    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="page.html"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert body(answer) == b"<script>alert(1)</script>"


def test_a_picture_that_the_browser_has_is_not_sent_again(client, keep):
    keep("store/images/a.png")
    etag = client.get("/media/store/images/a.png")["ETag"]

    answer = client.get("/media/store/images/a.png", headers={"If-None-Match": etag})

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"


def test_head_tells_the_size_without_the_picture(client, keep):
    keep("store/images/a.png")

    answer = client.head("/media/store/images/a.png")

    assert (answer.status_code, answer["Content-Length"]) == (200, "8")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_files_are_only_read(client, keep, method):
    keep("store/images/a.png")

    answer = getattr(client, method)("/media/store/images/a.png")

    assert answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert default_storage.exists("store/images/a.png")


@pytest.mark.parametrize(
    "path",
    [
        "private/letter.png",
        "store/../private/letter.png",
        "store/%2e%2e/private/letter.png",
        "store/..%2Fprivate/letter.png",
        "store/images/../../../outside.png",
        "store/..\\private\\letter.png",
        "store//etc/passwd",
        "store/%2Fetc/passwd",
        "store/.hidden.png",
        "store/images/.hidden/a.png",
        "store/images/a.png%00.html",
        "store/images/a.png/",
        "store/images/a.png/b.png",
        "store/images",
        "store/images/" + "x" * 300 + ".png",
        "store/missing.png",
        "store/",
        "",
    ],
)
def test_everything_else_is_not_found(client, keep, path):
    for name in ("private/letter.png", "store/.hidden.png", "store/images/.hidden/a.png"):
        keep(name)
    keep("store/images/a.png")

    assert client.get(f"/media/{path}").status_code == HTTPStatus.NOT_FOUND


def test_a_picture_takes_no_query(client, keep, db, django_assert_num_queries):
    keep("store/images/a.png")

    with django_assert_num_queries(0):
        body(client.get("/media/store/images/a.png"))
