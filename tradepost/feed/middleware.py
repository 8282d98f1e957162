"""Where the reader's feed stood when a page began to be made."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from tradepost.accounts.models import User
from tradepost.feed.queries import read_ends

NO_PAGES = ("/api/", "/admin/", "/media/", "/static/")


class FeedPlace:
    """Reads the cursor before the page reads its data: what happens in between comes live, twice at
    worst and never not at all (docs/feed-protocol.md)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "GET" and not request.path.startswith(NO_PAGES):
            self._note(request)
        return self.get_response(request)

    def _note(self, request: HttpRequest) -> None:
        user = request.user
        if isinstance(user, User):
            epoch, seq = read_ends(user_ids=[user.pk])[user.pk]
            request.feed_place = {"epoch": epoch, "seq": seq}  # type: ignore[attr-defined] # ours
