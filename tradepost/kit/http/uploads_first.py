"""Uploads are dealt with before a transaction is open."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack
from typing import Any

from rest_framework.request import Request


class UploadsFirst:
    """Mixin for API views, to stand before ``IdempotentPosts``: what ``store_upload`` returns is
    entered before the handler of a POST is called, and left after its answer.

    With an ``Idempotency-Key`` the handler runs inside of a transaction. Decoding a picture or
    writing to a storage far away takes its time, and on SQLite nobody else could write meanwhile.
    """

    upload: Any

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        with ExitStack() as self._uploads:
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        if request.method == "POST" and hasattr(self, "post"):  # else it is refused with 405
            self.upload = self._uploads.enter_context(self.store_upload(request, **kwargs))

    def store_upload(self, request: Request, **kwargs: Any) -> AbstractContextManager[Any]:
        """Return what takes care of the request's file until it is kept; refuse a bad one."""
        raise NotImplementedError
