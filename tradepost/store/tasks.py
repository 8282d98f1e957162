"""Background work of the shop."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from uuid import UUID

import structlog
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from tradepost.accounts.models import User
from tradepost.kit.jobs import job
from tradepost.kit.leases import hold_lease
from tradepost.kit.mail import Attachment, Mail, send_mail, send_mails
from tradepost.kit.pictures import remove_files as remove_picture_files
from tradepost.payments.queries import list_payments
from tradepost.store.actions.carts import sweep_carts as sweep_abandoned_carts
from tradepost.store.actions.conversations import reseat_person
from tradepost.store.actions.images import make_variants as make_image_variants
from tradepost.store.actions.images import sweep_image_files
from tradepost.store.actions.promotions import apply_promotions as apply_due_promotions
from tradepost.store.invoices import make_invoice
from tradepost.store.models import Order, OrderEvent, Product
from tradepost.store.queries import list_stock_keepers

log = structlog.get_logger(__name__)

MINUTE, HOUR, DAY = 60, 3600, 86_400
NO_MAILBOX = ".invalid"  # how the address of a closed account ends


@job("store.send_receipt")
def send_receipt(*, order_id: int) -> None:
    """Mail the buyer what was ordered at which prices, with the invoice."""
    order = _find_order(order_id)
    if order is not None:
        name = f"invoice-{order.pk}.pdf"
        invoice = Attachment(name, make_invoice(order), "application/pdf")
        _mail_buyer(order, "receipt", attachments=[invoice])


@job("store.send_payment_received")
def send_payment_received(*, order_id: int) -> None:
    """Mail the buyer that an order is paid."""
    order = _find_order(order_id)
    if order is not None:
        _mail_buyer(order, "payment_received")


@job("store.send_payment_failed")
def send_payment_failed(*, event_id: int) -> None:
    """Mail the buyer that a payment has failed, unless the order has been paid since."""
    event = OrderEvent.objects.filter(pk=event_id).first()
    order = _find_order(event.order_id) if event else None
    if order is not None and order.payment_status == Order.PaymentStatus.FAILED:
        _mail_buyer(order, "payment_failed", about=event_id)


@job("store.send_refund")
def send_refund(*, event_id: int) -> None:
    """Mail the buyer how much is on its way back."""
    event = OrderEvent.objects.filter(pk=event_id).first()
    order = _find_order(event.order_id) if event else None
    if event is not None and order is not None:
        _mail_buyer(order, "refund", about=event_id, context={"amount": event.amount})


@job("store.send_cancellation")
def send_cancellation(*, order_id: int) -> None:
    """Mail the buyer that an order was canceled, by whom, and that nothing is owed."""
    order = _find_order(order_id)
    if order is not None:
        canceled = order.events.filter(kind=OrderEvent.Kind.CANCELED).last()
        by_buyer = canceled is not None and canceled.actor_id == order.customer.user_id
        was_paid = any(payment.captured for payment in list_payments("order", order.pk))
        context = {"by_buyer": by_buyer, "was_paid": was_paid}
        _mail_buyer(order, "cancellation", context=context)


@job("store.warn_of_low_stock")
def warn_of_low_stock(*, product_ids: list[int], notice: str) -> None:
    """Mail the staff which products run out, of each product once a day at most.

    ``notice`` names this warning: whoever holds the lease of a product's day under it goes on with
    it when the job is tried again.
    """
    now = timezone.now()
    products = [
        product
        for product in Product.objects.public().filter(pk__in=product_ids).order_by("title", "pk")
        if hold_lease(name=f"low-stock:{product.pk}", holder=notice, seconds=DAY, now=now)
    ]
    if products:
        readers = list_stock_keepers()
        send_mails([_low_stock_mail(products, reader, notice) for reader in readers])


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
    remove_picture_files(names=names)


@job("store.sweep_files", every_seconds=DAY, lease_seconds=10 * MINUTE)
def sweep_files() -> None:
    """Remove pictures that no row knows."""
    sweep_image_files(now=timezone.now())


@job("store.sweep_carts", every_seconds=HOUR, lease_seconds=10 * MINUTE)
def sweep_carts() -> None:
    """Remove carts that nobody has changed for ``settings.KEEP_CARTS_DAYS``."""
    abandoned = timezone.now() - timedelta(settings.KEEP_CARTS_DAYS)
    while sweep_abandoned_carts(unchanged_since=abandoned):
        pass  # in portions, so that nobody waits long for one


@job("store.reseat_at_desk")
def reseat_at_desk(*, user_id: str, after: str) -> None:
    """Take who came to the desk into the conversations, and who left it out of them."""
    reseat_person(user_id=UUID(user_id), after=UUID(after))


def _find_order(order_id: int) -> Order | None:
    """Return the order; None if it was deleted meanwhile, or if its buyer closed the account."""
    orders = Order.objects.with_items().select_related("customer__user")
    order = orders.filter(pk=order_id).first()
    if order is None or order.customer.user.email.endswith(NO_MAILBOX):
        log.info("mail.nobody_to_tell", order_id=order_id)
        return None
    return order


def _mail_buyer(
    order: Order,
    template: str,
    *,
    about: int | None = None,
    context: Mapping[str, object] = MappingProxyType({}),
    attachments: Sequence[Attachment] = (),
) -> None:
    buyer = order.customer.user
    send_mail(
        template=f"mail/{template}.html",
        to=buyer.email,
        recipient_id=buyer.pk,
        context={
            "order": order,
            "buyer": buyer,
            "currency": settings.CURRENCY,
            "url": settings.SITE_URL + reverse("order", args=[order.pk]),
            **context,
        },
        key=f"{template}:{order.pk}" if about is None else f"{template}:{order.pk}:{about}",
        attachments=attachments,
    )


def _low_stock_mail(products: list[Product], reader: User, notice: str) -> Mail:
    lines = [
        {
            "title": product.title,
            "inventory": product.inventory,
            "url": settings.SITE_URL + reverse("product", args=[product.pk]),
        }
        for product in products
    ]
    return Mail(
        template="mail/low_stock.html",
        to=reader.email,
        recipient_id=reader.pk,
        context={"products": lines, "reader": reader, "limit": settings.LOW_STOCK},
        key=f"low-stock:{notice}:{reader.pk}",
    )
