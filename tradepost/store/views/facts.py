"""What the shop's pages say of themselves to search engines."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from tradepost.kit.http.facts import PageFacts, absolute, rating_data, summary_of, trail_data
from tradepost.store.models import Product

IN_STOCK, SOLD_OUT = "https://schema.org/InStock", "https://schema.org/OutOfStock"


def product_facts(product: Product) -> PageFacts:
    """Describe a product, whose collection and pictures have been read."""
    path = reverse("product", args=[product.pk])
    about = product.description or _("%(product)s, from %(collection)s.") % {
        "product": product.title,
        "collection": product.collection,
    }
    pictures = [absolute(one.image.url) for one in product.images.all()]
    return PageFacts(
        title=product.title,
        description=summary_of(about),
        path=path,
        picture=pictures[0] if pictures else "",
        kind="product",
        data=[_product_data(product, path, pictures), _way_to(product, path)],
    )


def catalogue_facts(
    *, collection_id: int | None, collection: str, page: int, is_narrowed: bool
) -> PageFacts:
    """Describe a page of the catalogue, of all products where ``collection`` has no title; one that
    was searched for is nobody else's matter."""
    title = collection or _("Products")
    sought = {"collection": collection_id, "page": page if page > 1 else 0}
    query = "&".join(f"{name}={value}" for name, value in sought.items() if value)
    names = {"site": settings.SITE_NAME, "what": title}
    return PageFacts(
        title=title
        if page == 1
        else _("%(title)s, page %(page)d") % {"title": title, "page": page},
        description=_("%(what)s at %(site)s: what there is, and what it costs now.") % names,
        path=reverse("products") + (f"?{query}" if query else ""),
        indexed=not is_narrowed,
    )


def _product_data(product: Product, path: str, pictures: list[str]) -> dict[str, object]:
    data = {
        "@type": "Product",
        "name": product.title,
        "url": absolute(path),
        "description": product.description,
        "category": product.collection.title,
        "sku": product.sku,
        "brand": {"@type": "Brand", "name": product.brand} if product.brand else None,
        "image": pictures,
        "offers": {
            "@type": "Offer",
            "url": absolute(path),
            "price": str(product.price),
            "priceCurrency": settings.CURRENCY,
            "availability": IN_STOCK if product.inventory else SOLD_OUT,
        },
        "aggregateRating": rating_data(average=product.rating, count=product.ratings_count),
    }
    return {name: value for name, value in data.items() if value}


def _way_to(product: Product, path: str) -> dict[str, object]:
    products = reverse("products")
    steps = [
        (_("Products"), products),
        (product.collection.title, f"{products}?collection={product.collection_id}"),
        (product.title, path),
    ]
    return trail_data(steps)
