from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "tradepost.accounts"

    def ready(self) -> None:
        from tradepost.accounts import tasks  # noqa: F401 - registers the jobs
