from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StoreConfig(AppConfig):
    name = "tradepost.store"

    def ready(self) -> None:
        from tradepost.notifications.sentences import register_sentence
        from tradepost.store import tasks  # noqa: F401 - registers the jobs
        from tradepost.store.signals import handlers  # noqa: F401 - connects the receivers

        register_sentence("order.placed", _("{actor} placed order {order}."))
