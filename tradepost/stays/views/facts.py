"""What the pages of stays say of themselves to search engines."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from tradepost.kit.http.facts import PageFacts, absolute, rating_data, summary_of, trail_data
from tradepost.stays.models import Property


def search_facts(*, is_narrowed: bool) -> PageFacts:
    """Describe the search; what somebody looked for is nobody else's matter."""
    return PageFacts(
        title=_("Stays"),
        description=_("Places to stay at %(site)s: where they are, when they are free, and what a "
                      "stay costs with everything.") % {"site": settings.SITE_NAME},
        path=reverse("stays"),
        indexed=not is_narrowed,
    )  # fmt: skip


def place_facts(place: Property) -> PageFacts:
    """Describe a place, whose amenities and photos have been read."""
    path = reverse("place", args=[place.pk])
    about = place.description or _("%(place)s in %(city)s: a place to stay.") % {
        "place": place.name,
        "city": place.city,
    }
    pictures = [absolute(one.image.url) for one in place.photos.all()]
    return PageFacts(
        title=_("%(place)s, %(city)s") % {"place": place.name, "city": place.city},
        description=summary_of(about),
        path=path,
        picture=pictures[0] if pictures else "",
        data=[_place_data(place, path, pictures), _way_to(place, path)],
        indexed=place.status == Property.Status.PUBLISHED,
    )


def _place_data(place: Property, path: str, pictures: list[str]) -> dict[str, object]:
    data = {
        "@type": "VacationRental",
        "identifier": str(place.pk),
        "name": place.name,
        "url": absolute(path),
        "description": place.description,
        "image": pictures,
        "address": _address(place),
        "geo": {
            "@type": "GeoCoordinates",
            "latitude": place.latitude,
            "longitude": place.longitude,
        },
        "checkinTime": f"{place.check_in_time:%H:%M}",
        "checkoutTime": f"{place.check_out_time:%H:%M}",
        "priceRange": f"{place.price} {settings.CURRENCY}",
        "containsPlace": {
            "@type": "Accommodation",
            "additionalType": place.get_room_type_display(),
            "occupancy": {"@type": "QuantitativeValue", "maxValue": place.capacity},
        },
        "amenityFeature": [
            {"@type": "LocationFeatureSpecification", "name": one.name, "value": True}
            for one in place.amenities.all()
        ],
        "aggregateRating": rating_data(average=place.rating, count=place.ratings_count),
    }
    return {name: value for name, value in data.items() if value}


def _address(place: Property) -> dict[str, object]:
    """Return where it is, without the street, which not everybody may know."""
    parts = {
        "@type": "PostalAddress",
        "addressLocality": place.city,
        "addressRegion": place.region,
        "addressCountry": place.country,
    }
    return {name: value for name, value in parts.items() if value}


def _way_to(place: Property, path: str) -> dict[str, object]:
    steps = [(_("Stays"), reverse("stays")), (place.name, path)]
    return trail_data(steps)
