"""Promotions, and the prices that follow them.

``Product.discount`` is what the best applied promotion takes off. It changes with the promotion, in
its transaction, and at the moments at which one starts or ends, by the job that calls
``apply_promotions``. So what is shown, filtered by, put into carts and charged is one column.

Whether a promotion counts is written on it (``applied``) and changes under its lock. Two requests
that each asked their own clock could leave a product with a price that was right a moment before.
"""

from collections.abc import Collection as Some
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from tradepost.kit.jobs import enqueue
from tradepost.kit.locks import lock_one, weak
from tradepost.kit.money import HundredthsField
from tradepost.kit.stamps import raise_stamp
from tradepost.kit.transactions import atomic
from tradepost.store.errors import EndsBeforeStart, NoSuchPromotion
from tradepost.store.models import Product, Promotion
from tradepost.store.stamps import CATALOGUE

AT_ONCE = 500


@atomic
def create_promotion(*, fields: Mapping[str, Any], now: datetime) -> Promotion:
    """Make a promotion, which no product has yet. Raises EndsBeforeStart."""
    promotion = Promotion(**fields)
    _save(promotion, now)
    return promotion


@atomic
def change_promotion(*, promotion_id: int, changes: Mapping[str, Any], now: datetime) -> Promotion:
    """Change a promotion and the prices of its products. Raises NotFound or EndsBeforeStart."""
    promotion = _lock_promotion(promotion_id)
    for name, value in changes.items():
        setattr(promotion, name, value)
    _save(promotion, now)
    reprice_products(product_ids=_lock_products(_products_of(promotion)))
    return promotion


@atomic
def delete_promotion(*, promotion_id: int) -> None:
    """Remove a promotion; its products cost what they cost without it. Raises NotFound."""
    _lock_promotion(promotion_id)
    delete_promotions(promotion_ids=[promotion_id])


@atomic
def delete_promotions(*, promotion_ids: Some[int]) -> None:
    """Remove all of these promotions; their products cost what they cost without them."""
    rows = Promotion.objects.filter(pk__in=promotion_ids)
    list(rows.select_for_update().order_by("pk").values_list("pk"))
    products = Product.objects.filter(promotions__in=rows).distinct()
    # Before the ties go: whoever changes or deletes a product has locked it before its ties.
    product_ids = _lock_products(products.values_list("pk", flat=True))
    rows.delete()
    reprice_products(product_ids=product_ids)


@atomic
def set_products_of_promotion(*, promotion_id: int, product_ids: Some[int]) -> None:
    """Lower the prices of exactly these products, those of them that are still there, by a
    promotion. Raises NotFound."""
    promotion = _lock_promotion(promotion_id)
    before = set(_products_of(promotion))
    # Before the ties change: whoever changes or deletes a product has locked it before its ties.
    locked = _lock_products(before.union(product_ids))
    after = locked.intersection(product_ids)
    promotion.products.set(after)
    reprice_products(product_ids=locked & (before ^ after))


@atomic
def apply_promotions(*, now: datetime) -> int:
    """Let promotions that have started or ended since the last time count, or no longer count.

    Returns how many there were.
    """
    active = Promotion.objects.active(now).filter(pk=OuterRef("pk"))
    due = Promotion.objects.filter(
        Q(Exists(active), applied=False) | Q(~Exists(active), applied=True)
    )
    changed = list(due.select_for_update().order_by("pk"))
    for promotion in changed:
        promotion.applied = not promotion.applied
        promotion.save(update_fields=["applied"])
    ids = Product.objects.filter(promotions__in=changed).distinct().order_by("pk")
    reprice_products(product_ids=_lock_products(ids.values_list("pk", flat=True)))
    return len(changed)


@atomic
def reprice_products(*, product_ids: Iterable[int]) -> None:
    """Give these products, which the caller has locked, the discount of the best promotion that is
    applied to them, or none."""
    best = Promotion.objects.filter(applied=True, products=OuterRef("pk")).order_by("-discount")
    nothing = Value(Decimal(0), output_field=HundredthsField())
    for some in _portions(sorted(product_ids)):
        rows = Product.objects.filter(pk__in=some)
        rows.update(discount=Coalesce(Subquery(best.values("discount")[:1]), nothing))
        raise_stamp(CATALOGUE)


def lock_promotions(promotion_ids: Some[int]) -> None:
    """Lock the promotions that a product is about to get, before the product itself.

    Whoever changes one of them waits and then finds the product. Raises NoSuchPromotion.
    """
    if not promotion_ids:
        return
    wanted = set(promotion_ids)
    rows = Promotion.objects.select_for_update(no_key=weak()).filter(pk__in=wanted)
    if len(rows.order_by("pk")) != len(wanted):
        raise NoSuchPromotion(field="promotions")


def _lock_promotion(promotion_id: int) -> Promotion:
    return lock_one(Promotion.objects.filter(pk=promotion_id))


def _lock_products(product_ids: Iterable[int]) -> set[int]:
    """Lock products in key order, like everybody, and return the ids of those that are there."""
    locked: set[int] = set()
    for some in _portions(sorted(product_ids)):
        rows = Product.objects.select_for_update(no_key=weak()).filter(pk__in=some)
        locked.update(rows.order_by("pk").values_list("pk", flat=True))
    return locked


def _save(promotion: Promotion, now: datetime) -> None:
    starts_at, ends_at = promotion.starts_at, promotion.ends_at
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        raise EndsBeforeStart(field="ends_at")
    promotion.applied = _is_active(promotion, now)
    promotion.save()
    _ask_for_changes(promotion, now)


def _is_active(promotion: Promotion, now: datetime) -> bool:
    started = promotion.starts_at is None or promotion.starts_at <= now
    return started and (promotion.ends_at is None or promotion.ends_at > now)


def _ask_for_changes(promotion: Promotion, now: datetime) -> None:
    """Have the prices change on the second; the schedule would do it some seconds later."""
    for moment in (promotion.starts_at, promotion.ends_at):
        if moment is not None and moment > now:
            enqueue("store.apply_promotions", run_at=moment)


def _products_of(promotion: Promotion) -> Iterable[int]:
    return promotion.products.order_by("pk").values_list("pk", flat=True)


def _portions(ids: list[int]) -> Iterator[list[int]]:
    rest = iter(ids)
    while some := list(islice(rest, AT_ONCE)):
        yield some
