from django.apps import AppConfig


class WorkersConfig(AppConfig):
    name = "tests.workers"

    def ready(self) -> None:
        """Leave nothing to do but the jobs of the tests."""
        from tests.workers.jobs import KINDS
        from tradepost.kit.jobs import kinds

        kinds.clear()
        kinds.update(KINDS)
