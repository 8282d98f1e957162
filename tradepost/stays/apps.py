from django.apps import AppConfig


class StaysConfig(AppConfig):
    name = "tradepost.stays"

    def ready(self) -> None:
        from tradepost.kit.search.operations import keep_index
        from tradepost.stays.models.search import PROPERTY_TEXTS

        keep_index(PROPERTY_TEXTS, app=self, model_name="Property")
