"""Background work of the shop."""

from django.conf import settings
from django.urls import reverse

from tradepost.kit.jobs import job
from tradepost.kit.mail import send_mail
from tradepost.store.models import Order


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
