from django.apps import AppConfig


class PlaygroundConfig(AppConfig):
    name = "tradepost.playground"

    def ready(self) -> None:
        from tradepost.playground import tasks  # noqa: F401 - registers the jobs
