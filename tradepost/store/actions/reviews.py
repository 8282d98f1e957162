"""Reviews. Every write locks the product and then counts anew, so that the average is exact."""

from collections.abc import Collection as Some
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db.models import Count, OuterRef, PositiveIntegerField, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from tradepost.accounts.actions.users import lock_account
from tradepost.accounts.models import User
from tradepost.feed.actions.publishing import publish
from tradepost.kit.errors import Refused
from tradepost.kit.locks import lock_one, weak
from tradepost.kit.stamps import raise_stamp
from tradepost.kit.transactions import atomic
from tradepost.store.actions.products import lock_product
from tradepost.store.errors import AlreadyReviewed, NotBought
from tradepost.store.models import Product, Review
from tradepost.store.queries import has_bought
from tradepost.store.stamps import CATALOGUE


@atomic
def write_review(
    *, author: User, product_id: int, name: str, description: str, rating: int | None = None
) -> Review:
    """Say what the author thinks of a product; once, and then change it.

    Raises AccountClosed, NotFound, AlreadyReviewed, or NotBought unless ``settings.OPEN_REVIEWS``.
    """
    lock_account(author)
    product = lock_product(product_id)
    if not settings.OPEN_REVIEWS and not has_bought(user=author, product_id=product_id):
        raise NotBought
    if Review.objects.filter(product=product, author=author).exists():
        raise AlreadyReviewed
    review = Review.objects.create(
        product=product, author=author, name=name, description=description, rating=rating
    )
    recount_reviews(product_ids=[product_id])
    _announce(review, "review.written")
    return review


@atomic
def change_review(
    *, editor: User, product_id: int, review_id: int, changes: Mapping[str, Any]
) -> Review:
    """Change ``name``, ``description`` or ``rating``. Raises NotFound, or Refused for a review of
    somebody else."""
    lock_product(product_id)
    review = _lock_editable(editor, product_id, review_id)
    for name, value in changes.items():
        setattr(review, name, value)
    review.save(update_fields=list(changes))
    recount_reviews(product_ids=[product_id])
    _announce(review, "review.changed")
    return review


@atomic
def delete_review(*, editor: User, product_id: int, review_id: int) -> None:
    """Take a review away. Raises NotFound, or Refused for a review of somebody else."""
    lock_product(product_id)
    review = _lock_editable(editor, product_id, review_id)
    _announce(review, "review.deleted")
    review.delete()
    recount_reviews(product_ids=[product_id])


@atomic
def forget_reviews(*, author: User) -> None:
    """Take away everything that somebody said of products, whose averages go without it now."""
    reviews = Review.objects.filter(author=author)
    ids = list(reviews.order_by("product").values_list("product", flat=True))
    if ids:
        products = Product.objects.filter(pk__in=ids).order_by("pk")
        list(products.select_for_update(no_key=weak()).values("pk"))
        reviews.delete()
        recount_reviews(product_ids=ids)


@atomic
def recount_reviews(*, product_ids: Some[int]) -> None:
    """Write the sums of their reviews to these products, which the caller has locked."""
    rows = Review.objects.filter(product=OuterRef("pk")).order_by().values("product")
    Product.objects.filter(pk__in=product_ids).update(
        stars=_or_zero(rows.annotate(n=Sum("rating")).values("n")),
        ratings_count=_or_zero(rows.annotate(n=Count("rating")).values("n")),
        reviews_count=_or_zero(rows.annotate(n=Count("pk")).values("n")),
    )
    raise_stamp(CATALOGUE)


def _announce(review: Review, kind: str) -> None:
    """Tell its author, on every device; also of what the staff does to it."""
    if review.author_id is not None:
        data = {"product": review.product_id, "review": review.pk}
        publish(kind=kind, user_ids=[review.author_id], data=data)


def _or_zero(rows: Any) -> Coalesce:
    return Coalesce(Subquery(rows, output_field=PositiveIntegerField()), Value(0))


def _lock_editable(editor: User, product_id: int, review_id: int) -> Review:
    review = lock_one(Review.objects.filter(pk=review_id, product_id=product_id))
    if not Review.objects.editable_by(editor).filter(pk=review_id).exists():
        raise Refused  # everybody can see that it is there, so a 404 would hide nothing
    return review
