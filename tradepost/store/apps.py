from collections.abc import Mapping

from django.apps import AppConfig
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "order.placed": _("{actor} placed order {order}."),
    "order.pending": _("Order {order} waits for its payment."),
    "order.paid": _("The payment of order {order} has arrived."),
    "order.payment_failed": _("The payment of order {order} has failed."),
    "order.canceled": _("{actor} canceled order {order}."),
}


def _order_page(data: Mapping[str, str | int]) -> str:
    return reverse("order", args=[data["order"]])


class StoreConfig(AppConfig):
    name = "tradepost.store"

    def ready(self) -> None:
        from tradepost.kit.http.hot import register_hot_read
        from tradepost.kit.search.operations import keep_index
        from tradepost.notifications.kinds import register_kind
        from tradepost.store import tasks  # noqa: F401 - registers the jobs
        from tradepost.store.hot import PARAMS, product_bytes, product_list_bytes
        from tradepost.store.models.search import CATALOGUE_TEXTS
        from tradepost.store.signals import handlers  # noqa: F401 - connects the receivers
        from tradepost.store.stamps import CATALOGUE

        keep_index(CATALOGUE_TEXTS, app=self, model_name="Product")
        for kind, sentence in SENTENCES.items():
            register_kind(kind, sentence=sentence, link=_order_page)
        register_hot_read(
            path=r"/api/v1/store/products/",
            stamp=CATALOGUE,
            variant=str(settings.TAX_RATE),
            make=product_list_bytes,
            params=PARAMS,
        )
        register_hot_read(
            path=r"/api/v1/store/products/(?P<pk>[0-9]{1,18})/",
            stamp=CATALOGUE,
            variant=str(settings.TAX_RATE),
            make=product_bytes,
        )
        register_hot_read(path=r"/api/v1/store/collections/(?:[0-9]{1,18}/)?", stamp=CATALOGUE)
