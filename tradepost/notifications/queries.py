"""What is unread, groups as they are shown, and what somebody wants to be told how."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q

from tradepost.accounts.models import User
from tradepost.notifications.kinds import (
    OF_KINDS,
    Channel,
    Kind,
    kinds_by,
    label_of,
    link_for,
    list_kinds,
    sentence_about,
)
from tradepost.notifications.models import Notification, NotificationQuerySet, Preference

MOST_COUNTED = 100
MOST_ACTORS = 3
MOST_GROUPS_IN_MAIL = 20
MOST_ROWS_FOR_MAIL = 1000


def count_unread(*, user: User) -> int:
    """Return how many listed notifications the user has not read, at most ``MOST_COUNTED``."""
    return Notification.objects.visible_to(user).unread()[:MOST_COUNTED].count()


@dataclass(frozen=True)
class Group:
    """A reader's notifications of one group, shown as one.

    ``actors`` are those who did what is unread, or the newest if all is read: the last one first,
    at most ``MOST_ACTORS``. ``text`` names the first of them and how many others there are.
    """

    group: str
    newest: Notification
    count: int
    unread_count: int
    actors: list[User]
    text: str

    @property
    def link(self) -> str:
        return link_for(self.newest)


def describe_groups(*, newest: Sequence[Notification], among: NotificationQuerySet) -> list[Group]:
    """Return the groups of these newest ones, all of one reader, counted ``among`` others.

    Load their actors with them. Takes two queries however many there are.
    """
    tallies = _tally(newest, among)
    acting = {n.pk: _actor_ids(n, tallies[n.group]) for n in newest}
    people = User.objects.in_bulk({pk for ids in acting.values() for pk in ids[:MOST_ACTORS] if pk})
    return [
        Group(
            group=notification.group,
            newest=notification,
            count=sum(row["count"] for row in tallies[notification.group]),
            unread_count=sum(row["unread"] for row in tallies[notification.group]),
            actors=[people[pk] for pk in acting[notification.pk][:MOST_ACTORS] if pk in people],
            text=sentence_about(notification, others=len(acting[notification.pk]) - 1),
        )
        for notification in newest
    ]


def _tally(
    newest: Sequence[Notification], among: NotificationQuerySet
) -> dict[str, list[dict[str, Any]]]:
    """Return for each group a row per actor: how much, how much of it unread, and when last."""
    unread = Q(read_at=None)
    rows = (
        among.filter(group__in=[notification.group for notification in newest])
        .values("group", "actor")
        .annotate(
            count=Count("pk"),
            unread=Count("pk", filter=unread),
            last=Max("created_at", filter=unread),
        )
        .order_by()
    )
    tallies: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        tallies[row["group"]].append({**row})
    return tallies


def _actor_ids(newest: Notification, tally: Iterable[dict[str, Any]]) -> list[UUID | None]:
    """Return who did what is unread, whoever did the newest thing first."""
    unread = sorted((row for row in tally if row["unread"]), key=lambda row: row["last"])
    others = [row["actor"] for row in reversed(unread) if row["actor"] != newest.actor_id]
    return [newest.actor_id, *others]


def list_missed(*, user: User, mailed_at: datetime) -> list[Group]:
    """Return what the mail of that moment tells: what it was made for and is still unread."""
    return _groups_for_mail(Notification.objects.filter(user=user, mailed_at=mailed_at).unread())


def list_unread(*, user: User) -> list[Group]:
    """Return the newest groups of which the user has something to read."""
    return _groups_for_mail(Notification.objects.visible_to(user).unread())


def _groups_for_mail(told: NotificationQuerySet) -> list[Group]:
    rows = told.select_related("actor").order_by("-created_at", "-pk")[:MOST_ROWS_FOR_MAIL]
    newest: dict[str, Notification] = {}
    for notification in rows:
        newest.setdefault(notification.group, notification)
    return describe_groups(newest=list(newest.values())[:MOST_GROUPS_IN_MAIL], among=told)


@dataclass(frozen=True)
class KindChoice:
    """A kind as its user has it: by which channels it comes, and which may be switched."""

    kind: str
    label: str
    channels: dict[Channel, bool]
    may_be_switched: list[Channel]


@dataclass(frozen=True)
class Choices:
    """By which ways somebody is told what."""

    email: bool
    digest: bool
    kinds: list[KindChoice]


def get_choices(*, user: User) -> Choices:
    """Return the user's preferences together with the defaults, in one query."""
    said = {
        (kind, channel): is_on
        for kind, channel, is_on in Preference.objects.filter(user=user).values_list(
            "kind", "channel", "is_on"
        )
    }
    return Choices(
        email=said.get(("", Channel.EMAIL), True),
        digest=said.get(("", Channel.DIGEST), False),
        kinds=[_choice(name, kind, said) for name, kind in list_kinds().items()],
    )


def _choice(name: str, kind: Kind, said: dict[tuple[str, str], bool]) -> KindChoice:
    channels = {}
    for channel in OF_KINDS:
        switched = {name: said[name, channel]} if (name, channel) in said else {}
        channels[channel] = name in kinds_by(channel, switched=switched)
    free = [channel for channel in OF_KINDS if kind.offers[channel].may_be_switched]
    return KindChoice(name, label_of(kind), channels, free)


def kinds_mailed_to(*, user_id: UUID) -> list[str]:
    """Return the kinds of which the user wants mails."""
    said = Preference.objects.filter(user_id=user_id, channel=Channel.EMAIL)
    switched = dict(said.values_list("kind", "is_on"))
    if not switched.pop("", True):
        switched = dict.fromkeys(list_kinds(), False)
    return kinds_by(Channel.EMAIL, switched=switched)
