from django.apps import AppConfig


class StaysConfig(AppConfig):
    name = "tradepost.stays"

    def ready(self) -> None:
        from tradepost.kit.search.operations import keep_index
        from tradepost.stays import tasks  # noqa: F401 - registers the jobs
        from tradepost.stays.events import register_events
        from tradepost.stays.models.search import PROPERTY_TEXTS
        from tradepost.stays.signals import handlers  # noqa: F401 - connects the receivers

        keep_index(PROPERTY_TEXTS, app=self, model_name="Property")
        register_events()
