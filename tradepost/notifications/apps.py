from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "tradepost.notifications"

    def ready(self) -> None:
        from tradepost.accounts.personal_data import register_personal_data
        from tradepost.notifications import (
            checks,  # noqa: F401 - registers the checks
            tasks,  # noqa: F401 - registers the jobs
        )
        from tradepost.notifications.events import register_events
        from tradepost.notifications.personal_data import collect_notifications
        from tradepost.notifications.signals import handlers  # noqa: F401 - connects the receivers

        register_events()
        register_personal_data("notifications", collect=collect_notifications)
