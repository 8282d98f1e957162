from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "tradepost.core"

    def ready(self) -> None:
        from tradepost.core.signals import handlers  # noqa: F401 - connects the receivers
