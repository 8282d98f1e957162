"""What the glue listens to."""

from typing import Any

import structlog
from django.db.models.signals import post_delete
from django.dispatch import receiver

from tradepost.core.actions.products import forget_product
from tradepost.store.models import Order, Product
from tradepost.store.signals import order_created

log = structlog.get_logger(__name__)


@receiver(order_created, sender=Order, dispatch_uid="core.log_order")
def log_order(order: Order, **kwargs: Any) -> None:
    log.info("order.created", order_id=order.pk)


@receiver(post_delete, sender=Product, dispatch_uid="core.forget_deleted_product")
def forget_deleted_product(instance: Product, **kwargs: Any) -> None:
    forget_product(product_id=instance.pk)
