from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagingConfig(AppConfig):
    name = "tradepost.messaging"

    def ready(self) -> None:
        from tradepost.messaging.signals import handlers  # noqa: F401 - connects the receivers
        from tradepost.notifications.sentences import register_sentence

        register_sentence("message.received", _("{actor} wrote to you."))
