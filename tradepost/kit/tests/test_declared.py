"""Bodies that say that they are too large, at servers which read what comes."""

from io import BytesIO

import pytest

from tradepost.kit.http.declared import OnlySoLarge

FORM = "multipart/form-data; boundary=x"


def answer_to(length: str | None, kind: str = "application/json") -> tuple[str, bytes]:
    """Return status and body of the answer to a request that says so much of itself."""
    heard = []

    def inner(environ, start_response):
        start_response("200 OK", [])
        return [b"heard"]

    environ = {"CONTENT_TYPE": kind, "wsgi.input": BytesIO(b"x" * 200)} | (
        {} if length is None else {"CONTENT_LENGTH": length}
    )
    application = OnlySoLarge(inner, limit=10, upload_limit=100)
    body = b"".join(application(environ, lambda status, headers: heard.append(status)))
    return heard[0], body


@pytest.mark.parametrize(
    ("length", "kind"),
    [
        ("10", "application/json"),
        ("100", FORM),
        (None, "application/json"),
        ("", FORM),
        ("x", FORM),
    ],
)
def test_what_is_not_too_large_is_heard(length, kind):
    assert answer_to(length, kind) == ("200 OK", b"heard")


@pytest.mark.parametrize(
    ("length", "kind"), [("11", "application/json"), ("11", ""), ("101", FORM)]
)
def test_what_is_too_large_is_refused(length, kind):
    status, body = answer_to(length, kind)

    assert status == "413 Content Too Large"
    assert b'"code":"body_too_large"' in body


@pytest.mark.parametrize(("length", "left"), [(50, 150), (150, 100)])
def test_of_what_is_refused_a_bounded_part_is_read_for_the_proxys_sake(length, left):
    body = BytesIO(b"x" * 200)
    environ = {"CONTENT_TYPE": "", "CONTENT_LENGTH": str(length), "wsgi.input": body}

    OnlySoLarge(None, limit=10, upload_limit=100)(environ, lambda status, headers: None)

    assert len(body.read()) == left
