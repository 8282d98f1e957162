"""``?search=``"""

from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.filters import SearchFilter
from rest_framework.request import Request
from rest_framework.views import APIView

from tradepost.kit.search import LONGEST_SEARCH, MOST_WORDS, words_of


class Search(SearchFilter):
    """DRF's search, for questions of a sensible size: each word is a condition of the query."""

    def get_search_terms(self, request: Request) -> list[str]:
        if len(request.query_params.get(self.search_param, "")) > LONGEST_SEARCH:
            raise ValidationError({self.search_param: [f"At most {LONGEST_SEARCH} characters."]})
        try:
            words: list[str] = list(super().get_search_terms(request))
        except ValidationError as error:
            raise ValidationError({self.search_param: error.detail}) from error
        if len(words) > MOST_WORDS:
            raise ValidationError({self.search_param: [f"At most {MOST_WORDS} words."]})
        return words


class IndexedSearch(Search):
    """Search by the index of the rows: their query set has the word ``matching(text)``.

    The best come first, unless a later backend orders. Pages by cursor leave the rank out.
    """

    def filter_queryset(self, request: Request, queryset: Any, view: APIView) -> Any:
        self.get_search_terms(request)
        text = request.query_params.get(self.search_param, "")
        if len(words_of(text)) > MOST_WORDS:
            raise ValidationError({self.search_param: [f"At most {MOST_WORDS} words."]})
        return queryset.matching(text)
