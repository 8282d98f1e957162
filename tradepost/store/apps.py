from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class StoreConfig(AppConfig):
    name = "tradepost.store"

    def ready(self) -> None:
        from tradepost.kit.http.hot import register_hot_read
        from tradepost.notifications.kinds import register_kind
        from tradepost.store import tasks  # noqa: F401 - registers the jobs
        from tradepost.store.rows import product_bytes
        from tradepost.store.signals import handlers  # noqa: F401 - connects the receivers
        from tradepost.store.stamps import CATALOGUE

        register_kind(
            "order.placed",
            sentence=_("{actor} placed order {order}."),
            link=lambda data: reverse("order", args=[data["order"]]),
        )
        register_hot_read(
            path=r"/api/v1/store/products/",
            stamp=CATALOGUE,
            params=frozenset(
                {"collection_id", "unit_price__gt", "unit_price__lt", "search", "ordering", "page"}
            ),
        )
        register_hot_read(
            path=r"/api/v1/store/products/(?P<pk>[0-9]{1,18})/", stamp=CATALOGUE, make=product_bytes
        )
        register_hot_read(path=r"/api/v1/store/collections/(?:[0-9]{1,18}/)?", stamp=CATALOGUE)
