from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "tradepost.payments"

    def ready(self) -> None:
        from tradepost.accounts.personal_data import register_personal_data
        from tradepost.kit.audit import register_invariant
        from tradepost.payments import (
            checks,  # noqa: F401 - registers the checks
            numbers,  # noqa: F401 - declares them
            tasks,  # noqa: F401 - registers the jobs
        )
        from tradepost.payments.audit import INVARIANTS
        from tradepost.payments.events import register_events
        from tradepost.payments.personal_data import collect_payments
        from tradepost.payments.signals import handlers  # noqa: F401 - connects the receivers

        for invariant in INVARIANTS:
            register_invariant(*invariant)
        register_events()
        register_personal_data("payments", collect=collect_payments)
