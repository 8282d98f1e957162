"""What a page says of itself to search engines, and to whoever shows a link to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urljoin

import orjson
from django.conf import settings
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

BEST = 5  # stars
LONGEST_DESCRIPTION = 160  # letters; search engines show no more
# In JSON these stand in texts alone, where an escape means the same.
ESCAPES = str.maketrans({"<": "\\u003C", ">": "\\u003E", "&": "\\u0026"})


@dataclass(frozen=True, kw_only=True)
class PageFacts:
    """``path`` is where the page is at home, whatever the address that led to it.

    ``data`` are things of schema.org, without their context. A page that is one of too many ways
    to see the same is not ``indexed``.
    """

    title: str
    description: str
    path: str
    picture: str = ""
    kind: str = "website"
    data: Sequence[Mapping[str, object]] = ()
    indexed: bool = True

    @property
    def address(self) -> str:
        return absolute(self.path)

    @property
    def scripts(self) -> SafeString:
        """The data as blocks that no browser runs."""
        blocks = [_block({"@context": "https://schema.org", **one}) for one in self.data]
        return mark_safe("".join(blocks))  # noqa: S308 - nothing in it can end its block


def absolute(path: str) -> str:
    """Return the whole address of something of ours; one that is whole already stays."""
    whole: str = urljoin(settings.SITE_URL, path)
    return whole


def summary_of(text: str) -> str:
    """Return the beginning of a text, in one line."""
    return Truncator(" ".join(strip_tags(text).split())).chars(LONGEST_DESCRIPTION)


def rating_data(*, average: Decimal | None, count: int) -> dict[str, object] | None:
    """Return what people gave on average, in stars; None while nobody has."""
    if not count:
        return None
    return {
        "@type": "AggregateRating",
        "ratingValue": str(average),
        "bestRating": BEST,
        "ratingCount": count,
    }


def trail_data(steps: Sequence[tuple[str, str]]) -> dict[str, object]:
    """Return the way to a page: names and paths, the page itself last."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": absolute(path)}
            for position, (name, path) in enumerate(steps, start=1)
        ],
    }


def _block(data: Mapping[str, object]) -> str:
    text = orjson.dumps(data).decode().translate(ESCAPES)
    return f'<script type="application/ld+json">{text}</script>'
