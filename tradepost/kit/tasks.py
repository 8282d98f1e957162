"""Jobs that keep the machinery's own tables small, and the one that tells the admins of faults."""

from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.utils import timezone

from tradepost.kit.idempotency import forget_texts_about
from tradepost.kit.jobs import job
from tradepost.kit.mail import mail_the_admins, remove_mails
from tradepost.kit.models import IdempotentAnswer, Job

DAY = 86_400


@job("kit.purge_jobs", every_seconds=DAY)
def purge_jobs() -> None:
    """Forget jobs that were done long ago; dead ones stay until somebody looks at them."""
    before = timezone.now() - timedelta(days=settings.KEEP_DONE_JOBS_DAYS)
    Job.objects.filter(state=Job.State.DONE, finished_at__lt=before).delete()


@job("kit.purge_idempotent_answers", every_seconds=DAY)
def purge_idempotent_answers() -> None:
    """Forget old answers, if the settings limit how long they are kept."""
    days = settings.KEEP_IDEMPOTENT_ANSWERS_DAYS
    if days is not None:
        before = timezone.now() - timedelta(days=days)
        IdempotentAnswer.objects.filter(created_at__lt=before).delete()


@job("kit.clear_sessions", every_seconds=DAY)
def clear_sessions() -> None:
    """Delete sessions that have ended."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


@job("kit.forget_person", lease_seconds=600)
def forget_person(*, person_id: str) -> None:
    """Forget what names a person who has left, in answers to others and in the folder of mails."""
    forget_texts_about(person_id=person_id)
    remove_mails(recipient_id=person_id)


@job("kit.report_trouble")
def report_trouble(*, title: str, facts: list[str], key: str) -> None:
    """Mail the admins that something went wrong."""
    mail_the_admins(template="mail/trouble.html", context={"title": title, "facts": facts}, key=key)
