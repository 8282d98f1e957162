"""A place in a list that lies outside the calendar is a bad place, and no fault of ours."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

from tradepost.kit.http.keyset import Place, write_cursor

MOMENTS = ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999999-23:59"]
COLUMNS = {
    "orders": "placed_at",
    "conversations": "updated_at",
    "inbox": "updated_at",
    "messages": "sent_at",
    "notifications": "created_at",
}


def place_in(name: str, moment: str, user) -> str:
    """Return the place after a row of this moment, as the list called ``name`` gives places."""
    pk = 1 if name == "orders" else user.pk
    return write_cursor((f"-{COLUMNS[name]}", "-id"), Place((moment, pk)))


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("path", ["store/orders", "conversations", "messages", "notifications"])
def test_such_a_cursor_is_a_404(ann, path, moment):
    visitor = APIClient(raise_request_exception=False)
    visitor.force_authenticate(ann)
    cursor = place_in(path.removeprefix("store/"), moment, ann)

    assert visitor.get(f"/api/v1/{path}/", {"cursor": cursor}).status_code == 404


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("name", ["orders", "inbox", "notifications"])
def test_such_a_page_starts_at_the_top(ann, name, moment):
    visitor = Client(raise_request_exception=False)
    visitor.force_login(ann)

    answer = visitor.get(f"/{name}/", {"before": place_in(name, moment, ann)})

    page = answer.context["page"]
    is_top = page["is_top"] if name == "inbox" else page.is_top
    assert (answer.status_code, is_top) == (200, True)
