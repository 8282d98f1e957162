"""What must be true of messages: their order, their repetitions, threads and earlier texts."""

from collections.abc import Iterator
from itertools import islice

import orjson

from tradepost.accounts.models import User
from tradepost.kit.audit import all_of, describe
from tradepost.kit.models import IdempotentAnswer
from tradepost.messaging.models import Message

BATCH = 500
OWNER = "user:"  # how the owners of answers begin that have an account
Answer = tuple[str, str, int]  # whose, the message, its number

find_gaps = describe(
    "conversation {}: ends at {}, has {} messages with {} numbers from {} to {}",
    """
    SELECT c.id, c.last_seq, COUNT(m.id), COUNT(DISTINCT m.seq), MIN(m.seq), MAX(m.seq)
    FROM messaging_conversation c LEFT JOIN messaging_message m ON m.conversation_id = c.id
    GROUP BY c.id, c.last_seq
    HAVING COUNT(m.id) <> c.last_seq OR COUNT(DISTINCT m.seq) <> c.last_seq
    OR MIN(m.seq) <> 1 OR MAX(m.seq) <> c.last_seq
    """,
)
find_stale_versions = describe(
    "conversation {}: has version {} after {} messages",
    "SELECT id, version, last_seq FROM messaging_conversation WHERE version < last_seq",
)
find_repetitions = describe(
    "sender {}: {} messages with the client_id {!r}",
    """
    SELECT sender_id, COUNT(*), client_id FROM messaging_message
    WHERE sender_id IS NOT NULL GROUP BY sender_id, client_id HAVING COUNT(*) > 1
    """,
)
find_unknown_requests = describe(
    "message {}: somebody's, without client_id or, if it was not purged, request_hash",
    """
    SELECT id FROM messaging_message WHERE sender_id IS NOT NULL
    AND (client_id = '' OR (kind = 'text' AND LENGTH(request_hash) <> 64
        AND (deleted_at IS NULL OR version <> 1)))
    """,
)
find_broken_threads = describe(
    "message {}: is not where a reply to {} belongs",
    """
    SELECT m.id, m.parent_id
    FROM messaging_message m LEFT JOIN messaging_message parent ON parent.id = m.parent_id
    WHERE m.parent_id IS NOT NULL AND (
        parent.id IS NULL OR parent.conversation_id <> m.conversation_id OR parent.seq >= m.seq
        OR m.root_id IS NULL OR m.root_id <> COALESCE(parent.root_id, parent.id)
        OR m.depth <> parent.depth + 1
    )
    """,
)
find_false_roots = describe(
    "message {}: answers nothing, yet has root {} and depth {}",
    """
    SELECT id, root_id, depth FROM messaging_message
    WHERE parent_id IS NULL AND (root_id IS NOT NULL OR depth <> 0)
    """,
)
find_lost_texts = describe(
    "message {}: has version {} and {} earlier texts",
    """
    SELECT m.id, m.version, COUNT(h.id)
    FROM messaging_message m LEFT JOIN messaging_messagehistory h ON h.message_id = m.id
    WHERE m.version <> 1 GROUP BY m.id, m.version HAVING COUNT(DISTINCT h.version) <> m.version - 1
    """,
)
find_texts_too_many = describe(
    "message {}: has version {}, and an earlier text of version {}",
    """
    SELECT m.id, m.version, h.version
    FROM messaging_messagehistory h JOIN messaging_message m ON m.id = h.message_id
    WHERE h.version < 1 OR h.version >= m.version
    """,
)


def find_lost_answers() -> Iterator[str]:
    """Describe messages that were acknowledged, under an Idempotency-Key, and are not there so.

    Answers are kept for a while only, and go with their owner's account.
    """
    answers = _read_answers()
    while batch := list(islice(answers, BATCH)):
        there = Message.objects.in_bulk([message_id for _, message_id, _ in batch])
        seqs = {str(pk): message.seq for pk, message in there.items()}
        lost = [answer for answer in batch if seqs.get(answer[1]) != answer[2]]
        owners = User.objects.filter(pk__in=[owner for owner, _, _ in lost], is_active=True)
        here = {str(pk) for pk in owners.values_list("pk", flat=True)}
        for owner, message_id, seq in lost:
            if owner in here:
                yield f"message {message_id}: was acknowledged to {owner} as number {seq}"


def _read_answers() -> Iterator[Answer]:
    sent = IdempotentAnswer.objects.filter(
        owner__startswith=OWNER, status=201, body__contains='"message_id"'
    )
    rows = sent.order_by("pk").values_list("owner", "body")
    for owner, body in rows.iterator(chunk_size=BATCH):
        match orjson.loads(body):
            case {"message_id": str(message_id), "seq": int(seq)}:
                yield owner.removeprefix(OWNER), message_id, seq


INVARIANTS = (
    (
        "messaging.order",
        "The messages of a conversation are numbered from 1 to its last_seq without gaps, and each "
        "has raised its version.",
        all_of(find_gaps, find_stale_versions),
    ),
    (
        "messaging.sent_once",
        "A client_id of a sender is of one message, and every message that was acknowledged under "
        "an Idempotency-Key is there, with its number.",
        all_of(find_repetitions, find_unknown_requests, find_lost_answers),
    ),
    (
        "messaging.threads",
        "A reply is in the conversation of its parent and comes after it; its root is the thread's "
        "first message, its depth one more than its parent's.",
        all_of(find_broken_threads, find_false_roots),
    ),
    (
        "messaging.history",
        "A message of version n has the n - 1 texts before it, each once.",
        all_of(find_lost_texts, find_texts_too_many),
    ),
)
