"""A place in a list that lies outside the calendar is a bad place, and no fault of ours."""

from base64 import b64encode
from urllib.parse import quote

import pytest
from django.test import Client
from rest_framework.test import APIClient

MOMENTS = ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999999-23:59"]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("path", ["store/orders/", "conversations/", "messages/", "notifications/"])
def test_such_a_cursor_is_a_404(ann, path, moment):
    visitor = APIClient(raise_request_exception=False)
    visitor.force_authenticate(ann)
    cursor = b64encode(f"p={quote(moment)}".encode()).decode()

    assert visitor.get(f"/api/v1/{path}", {"cursor": cursor}).status_code == 404


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("path", ["/orders/", "/inbox/", "/notifications/"])
def test_such_a_page_starts_at_the_top(ann, path, moment):
    visitor = Client(raise_request_exception=False)
    visitor.force_login(ann)
    pk = "1" if path == "/orders/" else ann.pk

    assert visitor.get(path, {"before": f"{moment}~{pk}"}).status_code == 200
