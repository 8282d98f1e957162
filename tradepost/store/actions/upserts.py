"""Many products at once, as an import brings them."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import uuid4

from django.db.models import Q
from django.utils import timezone

from tradepost.kit.batches import Outcome
from tradepost.kit.locks import weak
from tradepost.kit.stamps import raise_stamp
from tradepost.kit.transactions import atomic
from tradepost.store.actions.reviews import recount_reviews
from tradepost.store.errors import ChangedMeanwhile
from tradepost.store.models import Collection, Product, Review
from tradepost.store.queries import LONGEST_SLUG
from tradepost.store.stamps import CATALOGUE

Key = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class ReviewEntry:
    """A review from elsewhere. ``email`` only helps to know it again; it is not stored."""

    name: str
    email: str
    description: str
    rating: int
    date: date


@dataclass(frozen=True, kw_only=True)
class ProductEntry:
    """A product as a catalogue describes it; None means that it does not say."""

    title: str
    slug: str
    collection: str
    unit_price: Decimal
    inventory: int
    sku: str | None = None
    description: str | None = None
    brand: str | None = None
    reviews: tuple[ReviewEntry, ...] = ()

    @property
    def identity(self) -> str:
        """By what the product is known: its SKU, or its title within the collection."""
        return f"sku {self.sku}" if self.sku else f"title {self.collection}\0{self.title}"


@dataclass(frozen=True)
class Upserted:
    """Which product an entry became, and what that took."""

    product_id: int
    outcome: Outcome


@dataclass
class _Line:
    """An entry, the product it is written to, and what that changes."""

    entry: ProductEntry
    product: Product
    is_new: bool
    changed: set[str]
    reviewed: bool = False

    def result(self) -> Upserted:
        if self.is_new:
            return Upserted(self.product.pk, Outcome.CREATED)
        touched = self.changed or self.reviewed
        return Upserted(self.product.pk, Outcome.UPDATED if touched else Outcome.UNCHANGED)


@atomic
def upsert_products(*, entries: Sequence[ProductEntry]) -> list[Upserted]:
    """Make or change a product per entry, each of another identity, and return them in order.

    Collections are made where they are missing. The products are locked before they are compared,
    so that an order placed meanwhile is either in the stock that is replaced or taken from the new
    one. ``last_update`` moves for products whose own columns change, not for a new review. One that
    moves is no longer featured by the collection it leaves. Raises ChangedMeanwhile.
    """
    lines = _compare(entries)
    _make_slugs_unique(lines)
    Product.objects.bulk_create(line.product for line in lines if line.is_new)
    known = [line for line in lines if line.changed and not line.is_new]
    _save(known)
    if moved := [line.product for line in known if "collection_id" in line.changed]:
        Collection.objects.filter(featured_product__in=moved).update(featured_product=None)
    _upsert_reviews(lines)
    if reviewed := [line.product.pk for line in lines if line.reviewed]:
        recount_reviews(product_ids=reviewed)
    results = [line.result() for line in lines]
    if any(result.outcome is not Outcome.UNCHANGED for result in results):
        raise_stamp(CATALOGUE)
    return results


def _compare(entries: Sequence[ProductEntry]) -> list[_Line]:
    """Lock what the shop has of these entries and write them over it, in memory."""
    collection_ids = _lock_collections(entries)
    present = _lock_products(entries)
    locked = set(collection_ids.values())
    lines = []
    for entry in entries:
        collection_id = collection_ids[entry.collection]
        product = present.get(_key(entry.sku, collection_id, entry.title))
        if product is not None and product.collection_id not in locked:
            raise ChangedMeanwhile  # somebody has moved it since
        changed = _fill(product := product or Product(), entry, collection_id)
        lines.append(_Line(entry, product, product.pk is None, changed))
    return lines


def _lock_collections(entries: Sequence[ProductEntry]) -> dict[str, int]:
    """Return the ids, by title, of the collections of these entries and of those that products may
    leave. Their locks let one import at a time look for, and then make, the products in them."""
    titles, skus = {entry.collection for entry in entries}, [entry.sku for entry in entries]
    left = Product.objects.filter(sku__in=[sku for sku in skus if sku]).values("collection")
    wanted = Collection.objects.filter(Q(title__in=titles) | Q(pk__in=left))
    missing = titles - set(wanted.values_list("title", flat=True))
    Collection.objects.bulk_create(
        [Collection(title=title) for title in sorted(missing)], ignore_conflicts=True
    )
    locked = wanted.select_for_update(no_key=weak()).order_by("pk")
    return {row.title: row.pk for row in locked}


def _key(sku: str | None, collection_id: int, title: str) -> Key:
    return (sku,) if sku else (collection_id, title)


def _lock_products(entries: Sequence[ProductEntry]) -> dict[Key, Product]:
    """Return the products that the entries may mean, and some more, locked in id order.

    Titles are looked up without their collections, because the planner of a small database would
    rather read whole collections than the index on the title.
    """
    skus = [entry.sku for entry in entries if entry.sku]
    titles = [entry.title for entry in entries if not entry.sku]
    ids = {
        *Product.objects.filter(sku__in=skus).values_list("pk", flat=True),
        *Product.objects.filter(title__in=titles).values_list("pk", flat=True),
    }
    rows = Product.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    products: dict[Key, Product] = {}
    for row in rows:
        products.setdefault(_key(row.sku, row.collection_id, row.title), row)  # oldest of a name
    return products


def _fill(product: Product, entry: ProductEntry, collection_id: int) -> set[str]:
    """Give the product what the entry says and return which columns that changed.

    The slug follows the title, so that one that somebody chose by hand lives as long as the title.
    """
    said = {
        "title": entry.title,
        "sku": entry.sku,
        "collection_id": collection_id,
        "unit_price": entry.unit_price,
        "inventory": entry.inventory,
        "description": entry.description,
        "brand": entry.brand,
    }
    different = {
        name: value
        for name, value in said.items()
        if value is not None and getattr(product, name) != value
    }
    if "title" in different:
        different["slug"] = entry.slug
    for name, value in different.items():
        setattr(product, name, value)
    return set(different)


def _make_slugs_unique(lines: Sequence[_Line]) -> None:
    """Give what would have the slug of another product one that ends in a mark of its identity.

    A slug counts as taken also when its owner is about to give it up: rows are written one after
    the other, and the constraint looks at each.
    """
    new = [line for line in lines if "slug" in line.changed]
    owners = _owners({line.product.slug for line in new})
    clashing = [line for line in new if not _take(line.product.slug, line, owners)]
    marked = {line.entry.identity: _marked_slugs(line) for line in clashing}
    owners.update(_owners({slug for slugs in marked.values() for slug in slugs} - owners.keys()))
    for line in clashing:
        slugs = marked[line.entry.identity]
        line.product.slug = next(slug for slug in slugs if _take(slug, line, owners))


def _owners(slugs: set[str]) -> dict[str, int | None]:
    """Return the keys of the products that have these slugs."""
    if not slugs:
        return {}
    return dict(Product.objects.filter(slug__in=slugs).values_list("slug", "pk"))


def _take(slug: str, line: _Line, owners: dict[str, int | None]) -> bool:
    """Note the slug as the product's, unless another one has it; a new one has no key yet."""
    if slug in owners:
        return owners[slug] is not None and owners[slug] == line.product.pk
    owners[slug] = line.product.pk
    return True


def _marked_slugs(line: _Line) -> list[str]:
    """Return slugs with marks of the identity, the last one of chance, which nobody has."""
    mark = hashlib.sha256(line.entry.identity.encode()).hexdigest()
    marks = [mark[:8], mark[8:24], uuid4().hex]
    return [f"{line.product.slug[: LONGEST_SLUG - 1 - len(m)].rstrip('-')}-{m}" for m in marks]


def _save(lines: Sequence[_Line]) -> None:
    if not lines:
        return
    now = timezone.now()
    for line in lines:
        line.product.last_update = now  # a bulk update does not know auto_now
    columns = set[str]().union(*(line.changed for line in lines))
    Product.objects.bulk_update([line.product for line in lines], sorted(columns | {"last_update"}))


def _upsert_reviews(lines: Sequence[_Line]) -> None:
    """Add the reviews that are not there, change those whose name or rating is another now."""
    known_ids = [line.product.pk for line in lines if not line.is_new and line.entry.reviews]
    present = _imported_reviews(known_ids)
    new, changed = [], []
    for line in lines:
        entries = {_source(line.product.pk, entry): entry for entry in line.entry.reviews}
        for source, entry in entries.items():
            review = present.get(source)
            if review is None:
                new.append(_review(line.product.pk, source, entry))
            elif (review.name, review.rating) != (entry.name, entry.rating):
                review.name, review.rating = entry.name, entry.rating
                changed.append(review)
            else:
                continue
            line.reviewed = True
    Review.objects.bulk_create(new)
    Review.objects.bulk_update(changed, ["name", "rating"])


def _imported_reviews(product_ids: Sequence[int]) -> dict[str | None, Review]:
    if not product_ids:
        return {}
    rows = Review.objects.filter(product_id__in=product_ids).exclude(source=None)
    return {row.source: row for row in rows.only("source", "name", "rating")}


def _review(product_id: int, source: str, entry: ReviewEntry) -> Review:
    return Review(
        product_id=product_id,
        source=source,
        name=entry.name,
        description=entry.description,
        rating=entry.rating,
        date=entry.date,
    )


def _source(product_id: int, entry: ReviewEntry) -> str:
    """Return by what an imported review is known again: product, person, day and words."""
    person = entry.email.lower() or entry.name
    parts = [product_id, person, entry.date.isoformat(), entry.description]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
