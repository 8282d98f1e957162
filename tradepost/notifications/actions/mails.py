"""Mails about what somebody has missed.

A mail is handed out in three steps, each a transaction: ``ask_for_missed_mails`` finds who has
waited long enough and asks for one job per user; that job decides what is mailed
(``hand_out_missed_mail``) and hands out the mail; and the mail tells what is still unread when it
is written. So what is read or deleted in between is left out.
"""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, Max, Min, OuterRef, Q

from tradepost.kit.jobs import enqueue
from tradepost.kit.transactions import atomic
from tradepost.notifications.actions.notifications import lock_notifications
from tradepost.notifications.kinds import Channel
from tradepost.notifications.models import Notification, Preference
from tradepost.notifications.queries import kinds_mailed_to

LONGEST_WAIT = 3  # quiet times
MOST_USERS = 500  # of one run; the others follow with the next
DAY = timedelta(days=1)


@atomic
def ask_for_missed_mails(*, now: datetime) -> int:
    """Ask for a job for everybody who missed something and was told nothing new for a quiet time,
    or who has waited for three of them; return for how many."""
    quiet = timedelta(minutes=settings.NOTIFY_MAIL_AFTER_MINUTES)
    due = (
        Notification.objects.awaiting_mail()
        .values("user")
        .annotate(oldest=Min("created_at"), newest=Max("created_at"))
        .filter(Q(newest__lte=now - quiet) | Q(oldest__lte=now - LONGEST_WAIT * quiet))
        .order_by("oldest", "user")[:MOST_USERS]
    )
    for row in due:
        user_id = str(row["user"])
        # Both ends: a job that died must not keep back the mail about what came after it.
        key = f"missed:{user_id}:{row['oldest'].timestamp()}:{row['newest'].timestamp()}"
        enqueue("notifications.collect_missed", user_id=user_id, dedupe_key=key)
    return len(due)


@atomic
def hand_out_missed_mail(*, user_id: UUID, now: datetime) -> int:
    """Decide what of a user's missed notifications is mailed, hand out that mail, and return how
    many it is about. All of them have had their turn afterwards."""
    missed = Notification.objects.filter(user_id=user_id).awaiting_mail()
    if not lock_notifications(missed):
        return 0
    kinds = kinds_mailed_to(user_id=user_id)
    count = missed.filter(kind__in=kinds).update(mailed_at=now, awaits_mail=False)
    missed.exclude(kind__in=kinds).update(awaits_mail=False)
    if count:
        enqueue("notifications.send_missed", user_id=str(user_id), mailed_at=now.isoformat())
    return count


@atomic
def ask_for_digests(*, now: datetime) -> int:
    """Ask for the digest of everybody who chose it and to whom a day brought something they have
    not read; return for how many.

    A day ends at ``settings.NOTIFY_DIGEST_HOUR`` (UTC). Asked again, nobody gets a second one.
    """
    until = datetime.combine(now.astimezone(UTC), time(settings.NOTIFY_DIGEST_HOUR), tzinfo=UTC)
    if now < until:
        until -= DAY
    news = Notification.objects.unread().filter(
        user=OuterRef("user"), created_at__gte=until - DAY, created_at__lt=until
    )
    readers = Preference.objects.filter(Exists(news), channel=Channel.DIGEST, is_on=True)
    user_ids = list(readers.order_by("user_id").values_list("user_id", flat=True))
    for user_id in user_ids:
        day = str(until.date())
        key = f"digest:{user_id}:{day}"
        enqueue("notifications.send_digest", user_id=str(user_id), day=day, dedupe_key=key)
    return len(user_ids)
