from django.apps import AppConfig


class FeedConfig(AppConfig):
    name = "tradepost.feed"

    def ready(self) -> None:
        from tradepost.accounts.personal_data import register_personal_data
        from tradepost.feed import tasks  # noqa: F401 - registers the jobs
        from tradepost.feed.audit import INVARIANTS
        from tradepost.feed.events import register_events
        from tradepost.feed.personal_data import collect_events
        from tradepost.feed.signals import handlers  # noqa: F401 - connects the receivers
        from tradepost.kit.audit import register_invariant

        register_events()
        register_personal_data("feed", collect=collect_events)
        for invariant in INVARIANTS:
            register_invariant(*invariant)
