from collections.abc import Mapping

from django.apps import AppConfig
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

KINDS = {
    "order.placed": (_("An order is placed"), _("{actor} placed order {order}.")),
    "order.pending": (
        _("An order waits for its payment"), _("Order {order} waits for its payment."),
    ),
    "order.paid": (_("An order is paid"), _("The payment of order {order} has arrived.")),
    "order.payment_failed": (
        _("A payment has failed"), _("The payment of order {order} has failed."),
    ),
    "order.canceled": (_("An order is canceled"), _("{actor} canceled order {order}.")),
    "order.refunded": (_("Money goes back"), _("Something of order {order} was refunded.")),
}  # fmt: skip
# The buyer gets a mail about these anyway.
MAILED = {"order.paid", "order.payment_failed", "order.canceled", "order.refunded"}


def _order_page(data: Mapping[str, str | int]) -> str:
    return reverse("order", args=[data["order"]])


def _take_payments() -> None:
    from tradepost.payments.payables import register_payable
    from tradepost.store.actions.order_changes import note_refund
    from tradepost.store.actions.order_payments import lock_due, note_payment

    register_payable("order", lock=lock_due, received=note_payment, refunded=note_refund)


def _offer_to_search_engines() -> None:
    from tradepost.kit.http.sitemaps import register_sitemap
    from tradepost.store.sitemaps import CollectionPages, ProductPages

    register_sitemap("products", ProductPages)
    register_sitemap("collections", CollectionPages)


def _answer_hot_reads() -> None:
    from tradepost.kit.http.hot import register_hot_read
    from tradepost.store.hot import PARAMS, product_bytes, product_list_bytes
    from tradepost.store.stamps import CATALOGUE

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


class StoreConfig(AppConfig):
    name = "tradepost.store"

    def ready(self) -> None:
        from tradepost.accounts.personal_data import register_personal_data
        from tradepost.kit.audit import register_invariant
        from tradepost.kit.search.operations import keep_index
        from tradepost.notifications.kinds import Offer, register_kind
        from tradepost.store import tasks  # noqa: F401 - registers the jobs
        from tradepost.store.audit import INVARIANTS
        from tradepost.store.events import register_events
        from tradepost.store.models.search import CATALOGUE_TEXTS
        from tradepost.store.personal_data import collect_shopping
        from tradepost.store.signals import handlers  # noqa: F401 - connects the receivers

        keep_index(CATALOGUE_TEXTS, app=self, model_name="Product")
        for invariant in INVARIANTS:
            register_invariant(*invariant)
        for kind, (label, sentence) in KINDS.items():
            email = Offer.OFF if kind in MAILED else Offer.ON
            register_kind(kind, sentence=sentence, label=label, link=_order_page, email=email)
        register_events()
        _take_payments()
        register_personal_data("store", collect=collect_shopping)
        _offer_to_search_engines()
        _answer_hot_reads()
