from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "tradepost.accounts"

    def ready(self) -> None:
        from tradepost.accounts import tasks  # noqa: F401 - registers the jobs
        from tradepost.accounts.personal_data import register_personal_data
        from tradepost.accounts.queries import collect_account
        from tradepost.accounts.signals import handlers  # noqa: F401 - connects the receivers

        register_personal_data("accounts", collect=collect_account)
