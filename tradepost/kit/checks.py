"""What ``manage.py check --deploy`` says beyond Django's own checks."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Finding
from django.db import connection

from tradepost.kit.jobs import kinds
from tradepost.kit.jobs.schedule import list_entries

EXACT = ("utf8mb4_nopad_bin", "utf8mb4_0900_bin")  # collations of MariaDB and of MySQL


@register(Tags.security, deploy=True)
def mails_leave_the_house(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Warn when mails would be put into a folder that nobody reads."""
    if settings.EMAIL_BACKEND != "tradepost.kit.mail.FolderBackend":
        return []
    hint = "Set EMAIL_URL, for example smtp+tls://user:password@host:587."
    return [Finding("Mails are kept in a folder and not sent.", hint=hint, id="tradepost.W001")]


@register(Tags.security, deploy=True)
def links_in_mails_lead_here(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Warn when the links in mails would lead to the reader's own machine."""
    if "127.0.0.1" not in settings.SITE_URL:
        return []
    hint = "Set SITE_URL, for example https://shop.example."
    return [Finding("Links in mails lead to 127.0.0.1.", hint=hint, id="tradepost.W002")]


@register(Tags.database)
def texts_are_compared_as_they_are(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Warn when MariaDB would take one text for another: a key, or somebody's ``client_id``."""
    if connection.vendor != "mysql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT @@collation_database")
        (collation,) = cursor.fetchone()
    if collation in EXACT:
        return []
    hint = "Make the database with COLLATE utf8mb4_nopad_bin (docs/configuration.md)."
    return [Finding(f"{collation} compares no texts as they are.", hint=hint, id="tradepost.W004")]


@register(Tags.database)
def workers_have_a_database(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Warn when the jobs of SQLite would be left to workers, which may be on other machines."""
    if not settings.CELERY_BROKER_URL or connection.vendor != "sqlite":
        return []
    hint = "Set DATABASE_URL, or leave CELERY_BROKER_URL out: threads run the jobs then."
    return [Finding("Celery's workers want PostgreSQL or MariaDB.", hint=hint, id="tradepost.W003")]


@register()
def the_schedule_can_be_kept(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a schedule in the settings that names no job, or times that nobody understands."""
    try:
        unknown = {entry.job for entry in list_entries()} - kinds.keys()
    except (TypeError, ValueError) as error:
        return [Error(f"JOB_SCHEDULE cannot be read: {error}", id="tradepost.E001")]
    return [Error(f"JOB_SCHEDULE names no job: {job!r}", id="tradepost.E001") for job in unknown]
