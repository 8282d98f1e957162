"""Pages of lists: numbered with a count where the contract asks for it, keyset where lists grow."""

from rest_framework.pagination import CursorPagination, PageNumberPagination


class NumberedPages(PageNumberPagination):
    """``?page=``: ten a page with a count."""

    page_size = 10


class KeysetPages(CursorPagination):
    """``?cursor=``: twenty a page; page 10,000 costs what page 1 costs, and there is no count."""

    page_size = 20
    ordering: tuple[str, ...] = ("-created_at", "-id")
