from django.apps import AppConfig


class LikesConfig(AppConfig):
    name = "tradepost.likes"

    def ready(self) -> None:
        from tradepost.accounts.personal_data import register_personal_data
        from tradepost.likes.personal_data import collect_likes

        register_personal_data("likes", collect=collect_likes)
