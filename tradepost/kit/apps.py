from django.apps import AppConfig
from django.conf import settings


class KitConfig(AppConfig):
    name = "tradepost.kit"

    def ready(self) -> None:
        from tradepost.kit import (
            checks,  # noqa: F401 - registers the checks
            numbers,  # noqa: F401 - declares those of jobs
            tasks,  # noqa: F401 - registers the jobs
        )
        from tradepost.kit.http import schema_types  # noqa: F401 - registers the token scheme
        from tradepost.kit.observed import watch

        watch()

        if settings.CELERY_BROKER_URL:
            from tradepost.kit.jobs import publisher  # noqa: F401 - not in somebody's first request
