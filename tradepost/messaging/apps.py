from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class MessagingConfig(AppConfig):
    name = "tradepost.messaging"

    def ready(self) -> None:
        from tradepost.messaging.signals import handlers  # noqa: F401 - connects the receivers
        from tradepost.notifications.kinds import register_kind

        register_kind(
            "message.received",
            sentence=_("{actor} wrote to you."),
            link=lambda data: reverse("conversation", args=[data["conversation"]]),
        )
