"""What must be true of people in conversations: their places, their badges, what they are told."""

from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, IntegerField, Q, QuerySet
from django.db.models.expressions import RawSQL

from tradepost.accounts.models import User
from tradepost.kit.audit import all_of, as_text, describe, in_json, is_id, select, shown, written
from tradepost.messaging.models import Participant
from tradepost.messaging.payloads import LEFT, REMOVED
from tradepost.messaging.queries.conversation_rows import MOST_COUNTED, Place, read_unread

BATCH = 100  # places of one user
# Badges once more, in other words than those that the lists count them by.
UNREAD = """(
    SELECT COUNT(*) FROM messaging_message m
    WHERE m.conversation_id = messaging_participant.conversation_id
    AND CASE WHEN messaging_participant.unread_from IS NULL
        THEN m.seq > messaging_participant.last_read_seq
        ELSE m.seq >= messaging_participant.unread_from END
    AND m.kind IN ('text', 'card') AND m.deleted_at IS NULL AND m.hidden_at IS NULL
    AND NOT COALESCE(m.sender_id = messaging_participant.user_id, FALSE)
    AND NOT EXISTS (
        SELECT 1 FROM accounts_block b
        WHERE b.blocker_id = messaging_participant.user_id AND b.blocked_id = m.sender_id
    )
)"""
find_bad_places = describe(
    "{} in conversation {} (of {} messages): joined after {}, left after {}, has read up to {}, "
    "unread from {}, archived at {}",
    """
    SELECT p.user_id, p.conversation_id, c.last_seq, p.joined_seq, p.left_seq, p.last_read_seq,
        p.unread_from, p.archived_seq
    FROM messaging_participant p JOIN messaging_conversation c ON c.id = p.conversation_id
    WHERE p.joined_seq < 0 OR p.last_read_seq < p.joined_seq OR p.last_read_seq > c.last_seq
    OR p.left_seq < p.joined_seq OR p.left_seq > c.last_seq
    OR p.unread_from <= p.joined_seq OR p.unread_from > p.last_read_seq
    OR p.archived_seq > c.last_seq
    """,
)
find_doubled_people = describe(
    "{} in conversation {}: has {} places",
    """
    SELECT user_id, conversation_id, COUNT(*) FROM messaging_participant
    GROUP BY user_id, conversation_id HAVING COUNT(*) > 1
    """,
)
find_ownerless = describe(
    "conversation {}: has {} people in it and no owner",
    """
    SELECT conversation_id, COUNT(*) FROM messaging_participant WHERE left_seq IS NULL
    GROUP BY conversation_id HAVING SUM(CASE WHEN role = 'owner' THEN 1 ELSE 0 END) = 0
    """,
)
find_repeated_notifications = describe(
    "{}: was told {} times of {}",
    """
    SELECT user_id, COUNT(*), cause FROM notifications_notification
    GROUP BY user_id, cause HAVING COUNT(*) > 1
    """,
)
find_misplaced_mentions = describe(
    "{} is named in message {}, which is elsewhere",
    """
    SELECT n.user_id, n.message_id
    FROM messaging_mention n JOIN messaging_message m ON m.id = n.message_id
    WHERE n.conversation_id <> m.conversation_id OR n.seq <> m.seq
    """,
)


def find_mentions_outside() -> Iterator[str]:
    """Describe mentions of people who do not see the message."""
    rows = select(f"""
        SELECT n.user_id, m.id
        FROM messaging_mention n JOIN messaging_message m ON m.id = n.message_id
        LEFT JOIN messaging_participant p
            ON p.conversation_id = m.conversation_id AND p.user_id = n.user_id
        WHERE {_is_outside()}
    """)  # noqa: S608 - constants
    return (f"{shown(user)} is named in message {shown(pk)}, not for them" for user, pk in rows)


def find_notifications_outside() -> Iterator[str]:
    """Describe what people were told of messages that they do not see, or wrote themselves."""
    of_message = is_id("m.id", "SUBSTR(n.cause, 9)")
    rows = select(f"""
        SELECT n.user_id, m.id
        FROM notifications_notification n JOIN messaging_message m ON {of_message}
        LEFT JOIN messaging_participant p
            ON p.conversation_id = m.conversation_id AND p.user_id = n.user_id
        WHERE n.kind IN ('message.received', 'message.mentioned') AND n.cause LIKE 'message:%'
        AND (m.sender_id = n.user_id OR {_is_outside()})
    """)  # noqa: S608 - constants
    return (f"{shown(user)} was told of message {shown(pk)}, not for them" for user, pk in rows)


def find_stale_news() -> Iterator[str]:
    """Describe what waits to be read of messages that its reader has come past, or of
    conversations that they have left. The message says which it is, not the notification."""
    of_message = is_id("m.id", "SUBSTR(n.cause, 9)")
    rows = select(f"""
        SELECT n.user_id, m.id
        FROM notifications_notification n JOIN messaging_message m ON {of_message}
        JOIN messaging_participant p
            ON p.conversation_id = m.conversation_id AND p.user_id = n.user_id
        WHERE n.read_at IS NULL AND n.cause LIKE 'message:%'
        AND (p.left_seq IS NOT NULL OR m.seq <= p.last_read_seq)
    """)  # noqa: S608 - constants
    return (f"{shown(user)}: message {shown(pk)} is read and still news" for user, pk in rows)


def _is_outside() -> str:
    """Return the condition that the person at place ``p``, if any, does not see message ``m``.

    Who came back is not shown any more what they once were told of: then there is a word of the
    house, after that message, that they had gone.
    """
    payload = as_text("gone.payload")
    return f"""(p.id IS NULL OR m.seq > p.left_seq OR (
        m.seq <= p.joined_seq AND NOT EXISTS (
            SELECT 1 FROM messaging_message gone
            WHERE gone.conversation_id = m.conversation_id AND gone.kind = 'system'
            AND gone.seq > m.seq AND gone.seq <= p.joined_seq
            AND {payload} LIKE '%' || {written("p.user_id")} || '%'
            AND ({payload} LIKE '%"{LEFT}"%' OR {payload} LIKE '%"{REMOVED}"%')
        )
    ))"""  # noqa: S608 - constants


def find_false_badges() -> Iterator[str]:
    """Describe places of which the lists count something else than is unread.

    It asks what the lists ask, user by user, and once more where it differs: meanwhile somebody may
    have written or read.
    """
    for user_id, rows in groupby(_rows_behind().iterator(chunk_size=BATCH), key=itemgetter(0)):
        while batch := list(islice(rows, BATCH)):
            suspects = [place.id for place, _, _ in _differing(user_id, batch)]
            again = list(_rows_behind().filter(pk__in=suspects)) if suspects else []
            for place, counted, unread in _differing(user_id, again):
                where = f"{user_id} in conversation {place.conversation_id}"
                yield f"{where}: counts {counted} unread of {unread}"


def _rows_behind() -> QuerySet[Participant, Any]:
    """Return whose places are behind, what is unread there, and the places as lists read them."""
    behind = Q(last_read_seq__lt=F("conversation__last_seq")) | Q(unread_from__isnull=False)
    places = Participant.objects.active().filter(behind).order_by("user_id", "pk")
    slow = RawSQL(UNREAD, [], IntegerField())  # noqa: S611 - a constant
    return places.annotate(slow=slow).values_list("user_id", "slow", *Place._fields)


def _differing(user_id: UUID, rows: Sequence[Any]) -> Iterator[tuple[Place, int, int]]:
    """Give the places of a user of which the lists count something else, and both numbers."""
    places = [Place(*row[2:]) for row in rows]
    counted = read_unread(places, user_id) if places else {}
    for place, (_, unread, *_) in zip(places, rows, strict=True):
        count = counted[place.id].count if place.id in counted else 0
        if count != min(unread, MOST_COUNTED):
            yield place, count, unread


def find_crowds() -> Iterator[str]:
    """Describe conversations with more people than they can hold."""
    rows = select(
        """
        SELECT conversation_id, COUNT(*) FROM messaging_participant WHERE left_seq IS NULL
        GROUP BY conversation_id HAVING COUNT(*) > %s
        """,
        [settings.MOST_PARTICIPANTS],
    )
    return (f"conversation {shown(pk)}: has {people} people in it" for pk, people in rows)


def find_false_pairs() -> Iterator[str]:
    """Describe direct conversations with others in them than the two that its key names.

    Who was deleted for good is missing from theirs.
    """
    digits = f"REPLACE({as_text('p.user_id')}, '-', '')"
    rows = select(f"""
        SELECT c.id, COUNT(p.id), MIN({digits}), MAX({digits}), c.dedupe_key
        FROM messaging_conversation c
        LEFT JOIN messaging_participant p ON p.conversation_id = c.id
        WHERE c.kind = 'direct' GROUP BY c.id, c.dedupe_key
        HAVING COUNT(p.id) <> 2 OR c.dedupe_key IS NULL
        OR c.dedupe_key <> 'direct:' || MIN({digits}) || '+' || MAX({digits})
    """)  # noqa: S608 - constants
    for pk, people, first, second, key in rows:
        if not _is_widowed(key or "", {first, second} - {None}):
            yield f"conversation {shown(pk)} ({key}): has {people} people"


def _is_widowed(key: str, present: set[str]) -> bool:
    """Whether those of the pair who are not there have no account any more."""
    pair = set(key.removeprefix("direct:").split("+"))
    missing = pair - present
    return present < pair and not User.objects.filter(pk__in=missing).exists()


def find_untold() -> Iterator[str]:
    """Describe people in whose feed a message is missing that was announced: its sender, and in a
    conversation of two, where nobody comes or goes, the other one too."""
    of_message = is_id("m.id", in_json("e.data", "message"))
    rows = select(f"""
        SELECT p.user_id, m.id
        FROM feed_event e JOIN messaging_message m ON {of_message}
        JOIN messaging_conversation c ON c.id = m.conversation_id
        JOIN messaging_participant p ON p.conversation_id = m.conversation_id
            AND (c.kind = 'direct' OR (p.user_id = m.sender_id AND m.kind = 'text'))
        JOIN accounts_user u ON u.id = p.user_id AND u.is_active
        LEFT JOIN feed_pointer pointer
            ON pointer.event_id = e.id AND pointer.user_id = p.user_id
        WHERE e.kind = 'message.created' AND pointer.user_id IS NULL
    """)  # noqa: S608 - constants
    return (
        f"{shown(user)}: has not message {shown(message)} in the feed" for user, message in rows
    )


INVARIANTS = (
    (
        "messaging.places",
        "Everybody has one place in a conversation, with 0 <= joined_seq <= last_read_seq <= "
        "last_seq, joined_seq <= left_seq <= last_seq and joined_seq < unread_from <= "
        "last_read_seq.",
        all_of(find_bad_places, find_doubled_people),
    ),
    (
        "messaging.people",
        "Where anybody is, somebody is an owner, and nobody is one too many; a direct conversation "
        "has exactly its two people.",
        all_of(find_ownerless, find_crowds, find_false_pairs),
    ),
    (
        "messaging.badges",
        "What the lists count as unread is what is unread, up to the number that badges show.",
        find_false_badges,
    ),
    (
        "messaging.told",
        "An announced message is in the feed of its sender and, in a direct conversation, of the "
        "other one.",
        find_untold,
    ),
    (
        "messaging.stretches",
        "Nobody is named in a message, or told of one, that is outside of what they see.",
        all_of(find_misplaced_mentions, find_mentions_outside, find_notifications_outside),
    ),
    (
        "messaging.news",
        "What somebody was told of a message is read when they have read the message, or left.",
        find_stale_news,
    ),
    (
        "messaging.notified_once",
        "Nobody is told twice for one cause.",
        find_repeated_notifications,
    ),
)
