"""Requests that name another encoding than UTF-8 are refused, and are no fault."""

import pytest

FORM = b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\na+2AA-\r\n--x--\r\n'
CODECS = ["charset=hex", "charset=idna", "charset=utf-7", "charset*=none''%61"]


@pytest.mark.parametrize("path", ["store/promotions/", "store/products/", "tags/?search=a"])
@pytest.mark.parametrize("codec", CODECS)
def test_what_is_said_of_no_body_does_not_matter(shop, path, codec):
    with shop.visitor() as visitor:
        answer = visitor.get(path, headers={"Content-Type": f"text/plain; {codec}"})

    assert answer.status_code == 200


@pytest.mark.parametrize("codec", CODECS)
def test_a_form_in_another_encoding_is_refused(shop, codec):
    kind = {"Content-Type": f"multipart/form-data; boundary=x; {codec}"}

    with shop.visitor() as visitor:
        answer = visitor.post("store/carts/", content=FORM, headers=kind)

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_charset")


@pytest.mark.parametrize("codec", ["charset=utf-8", 'charset="UTF8"'])
def test_utf8_may_be_named(shop, codec):
    kind = {"Content-Type": f"multipart/form-data; boundary=x; {codec}"}

    with shop.visitor() as visitor:
        answer = visitor.post("store/carts/", content=FORM, headers=kind)

    assert answer.status_code == 201


def test_a_search_page_takes_no_halves_of_characters(shop):
    kind = {"Content-Type": "text/plain; charset=unicode_escape"}

    with shop.visitor() as visitor:
        answer = visitor.get(f"{shop.address}/products/?search=%5Cud800", headers=kind)

    assert answer.status_code == 200
