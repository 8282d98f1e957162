"""What the pages of stays say of themselves to search engines."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from tradepost.kit.http.facts import PageFacts


def search_facts(*, is_narrowed: bool) -> PageFacts:
    """Describe the search; what somebody looked for is nobody else's matter."""
    return PageFacts(
        title=_("Stays"),
        description=_("Places to stay at %(site)s: where they are, when they are free, and what a "
                      "stay costs with everything.") % {"site": settings.SITE_NAME},
        path=reverse("stays"),
        indexed=not is_narrowed,
    )  # fmt: skip
