"""``?search=``"""

from rest_framework.exceptions import ValidationError
from rest_framework.filters import SearchFilter
from rest_framework.request import Request

LONGEST = 200
MOST_WORDS = 12


class Search(SearchFilter):
    """DRF's search, for questions of a sensible size: each word is a condition of the query."""

    def get_search_terms(self, request: Request) -> list[str]:
        if len(request.query_params.get(self.search_param, "")) > LONGEST:
            raise ValidationError({self.search_param: [f"At most {LONGEST} characters."]})
        try:
            words: list[str] = list(super().get_search_terms(request))
        except ValidationError as error:
            raise ValidationError({self.search_param: error.detail}) from error
        if len(words) > MOST_WORDS:
            raise ValidationError({self.search_param: [f"At most {MOST_WORDS} words."]})
        return words
