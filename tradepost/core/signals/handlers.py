"""What the glue listens to."""

from typing import Any

import structlog
from django.dispatch import receiver

from tradepost.store.models import Order
from tradepost.store.signals import order_created

log = structlog.get_logger(__name__)


@receiver(order_created, sender=Order, dispatch_uid="core.log_order")
def log_order(order: Order, **kwargs: Any) -> None:
    log.info("order.created", order_id=order.pk)
