"""Background work of the shop."""

from datetime import timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from tradepost.kit.jobs import job
from tradepost.kit.mail import send_mail
from tradepost.store.actions.carts import sweep_carts as sweep_abandoned_carts
from tradepost.store.actions.images import make_variants as make_image_variants
from tradepost.store.actions.images import sweep_image_files
from tradepost.store.actions.promotions import apply_promotions as apply_due_promotions
from tradepost.store.models import Order

MINUTE, HOUR, DAY = 60, 3600, 86_400


@job("store.send_receipt")
def send_receipt(*, order_id: int) -> None:
    """Mail the buyer what was ordered at which prices."""
    order = Order.objects.with_items().select_related("customer__user").get(pk=order_id)
    send_mail(
        template="mail/receipt.html",
        to=order.customer.user.email,
        recipient_id=order.customer.user.pk,
        context={
            "order": order,
            "buyer": order.customer.user,
            "currency": settings.CURRENCY,
            "url": settings.SITE_URL + reverse("order", args=[order.pk]),
        },
        key=f"receipt:{order.pk}",
    )


@job("store.apply_promotions", every_seconds=10)
def apply_promotions() -> None:
    """Let prices follow the promotions that have started or ended."""
    apply_due_promotions(now=timezone.now())


@job("store.make_variants", lease_seconds=2 * MINUTE)
def make_variants(*, image_id: int) -> None:
    """Make the thumbnail and the WebP of a picture."""
    make_image_variants(image_id=image_id)


@job("store.remove_files")
def remove_files(*, names: list[str]) -> None:
    """Remove files whose rows are gone."""
    for name in names:
        default_storage.delete(name)


@job("store.sweep_files", every_seconds=DAY, lease_seconds=10 * MINUTE)
def sweep_files() -> None:
    """Remove pictures that no row knows."""
    sweep_image_files(now=timezone.now())


@job("store.sweep_carts", every_seconds=HOUR)
def sweep_carts() -> None:
    """Remove carts that nobody has changed for ``settings.KEEP_CARTS_DAYS``."""
    sweep_abandoned_carts(unchanged_since=timezone.now() - timedelta(settings.KEEP_CARTS_DAYS))


@job("store.send_cancellation")
def send_cancellation(*, order_id: int) -> None:
    """Mail the buyer that an order was canceled."""


@job("store.warn_of_low_stock")
def warn_of_low_stock(*, product_ids: list[int]) -> None:
    """Mail the staff that products run out."""
