"""Products as cards: what pages show of one before it is opened, from rows without models."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from tradepost.kit.money import from_minor
from tradepost.kit.prepared import Prepared, hundredths
from tradepost.kit.stars import whole_stars
from tradepost.store.models import Product
from tradepost.store.rows import Row, images_as_json

PLAIN = ("pk", "title", "brand", "inventory", "ratings_count")
HUNDREDTHS = ("price", "unit_price", "discount", "rating")
ON_A_SHELF = 4


@dataclass(frozen=True, kw_only=True)
class Card:
    """A product; ``picture`` is the first one."""

    pk: int
    title: str
    brand: str
    inventory: int
    ratings_count: int
    price: Decimal
    unit_price: Decimal
    discount: Decimal
    rating: Decimal
    picture: dict[str, object] | None

    @property
    def stars(self) -> int:
        """The rating in whole stars."""
        return whole_stars(self.rating)


def cards_of(products: QuerySet[Product]) -> list[Card]:
    """Return the cards of some products; one query more for the pictures of all."""
    return _cards(list(_card_rows(products)))


def list_shelves() -> dict[str, list[Card]]:
    """Return what the home page shows, by the names of its shelves; one query for each, and one for
    the pictures of all."""
    rows = {name: shelf.run() for name, shelf in SHELVES.items()}
    cards = {card.pk: card for card in _cards([row for some in rows.values() for row in some])}
    return {name: [cards[row[0]] for row in some] for name, some in rows.items()}


def _cards(rows: Sequence[Row]) -> list[Card]:
    pictures = images_as_json({row[0] for row in rows}, root="")
    return [_card(row, next(iter(pictures.get(row[0], [])), None)) for row in rows]


def _card(row: Row, picture: dict[str, object] | None) -> Card:
    pk, title, brand, inventory, ratings_count, *amounts = row
    price, unit_price, discount, rating = map(from_minor, amounts)
    return Card(
        pk=pk, title=title, brand=brand, inventory=inventory, ratings_count=ratings_count,
        price=price, unit_price=unit_price, discount=discount, rating=rating, picture=picture,
    )  # fmt: skip


def _card_rows(products: QuerySet[Product]) -> Any:
    return products.values_list(*PLAIN, *map(hundredths, HUNDREDTHS))


def _newest() -> Any:
    return _first(Product.objects.public().order_by("-last_update", "-id"))


def _offers() -> Any:
    return _first(Product.objects.public().filter(discount__gt=0).order_by("-discount", "id"))


def _best_rated() -> Any:
    """Those with reviews: only they have a rating above 0, which the index of ratings knows."""
    return _first(Product.objects.public().filter(rating__gt=0).order_by("-rating", "-id"))


def _first(products: QuerySet[Product]) -> Any:
    return _card_rows(products)[:ON_A_SHELF]


SHELVES = {
    "newest": Prepared(_newest),
    "offers": Prepared(_offers),
    "best_rated": Prepared(_best_rated),
}
