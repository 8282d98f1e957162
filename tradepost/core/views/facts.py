"""What the home page says of the site to search engines."""

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from tradepost.kit.http.facts import PageFacts, absolute

WORDS = "{search_term_string}"  # where a search engine puts what somebody looks for


def home_facts() -> PageFacts:
    home = reverse("home")
    site = {"@id": absolute(home), "url": absolute(home), "name": settings.SITE_NAME}
    about = _("%(site)s: find what you like, order it, and write to the people behind it.")
    return PageFacts(
        title=settings.SITE_NAME,
        description=about % {"site": settings.SITE_NAME},
        path=home,
        data=[
            {**site, "@type": "WebSite", "potentialAction": _search()},
            {
                **site,
                "@type": "Organization",
                "@id": absolute(f"{home}#organization"),
                "logo": absolute(static("favicon.svg")),
            },
        ],
    )


def _search() -> dict[str, object]:
    template = f"{absolute(reverse('products'))}?search={WORDS}"
    return {
        "@type": "SearchAction",
        "target": {"@type": "EntryPoint", "urlTemplate": template},
        "query-input": "required name=search_term_string",
    }
