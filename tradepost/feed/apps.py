from django.apps import AppConfig


class FeedConfig(AppConfig):
    name = "tradepost.feed"

    def ready(self) -> None:
        from tradepost.feed import tasks  # noqa: F401 - registers the jobs
