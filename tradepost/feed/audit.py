"""What must be true of the log at any time; docs/audit.md says it in words."""

from tradepost.kit.audit import all_of, describe

find_gaps = describe(
    "feed of {}: after {} comes {} to {}, {} events, and the head is at {}",
    """
    SELECT head.user_id, head.kept_after, MIN(p.seq), MAX(p.seq), COUNT(p.seq), head.seq
    FROM feed_feedhead head LEFT JOIN feed_pointer p ON p.user_id = head.user_id
    GROUP BY head.user_id, head.kept_after, head.seq
    HAVING COUNT(DISTINCT p.seq) <> head.seq - head.kept_after
    OR COUNT(p.seq) <> head.seq - head.kept_after OR MIN(p.seq) <= head.kept_after
    OR MAX(p.seq) <> head.seq
    """,
)
find_headless = describe(
    "feed of {}: has {} events and no head",
    """
    SELECT p.user_id, COUNT(*)
    FROM feed_pointer p LEFT JOIN feed_feedhead head ON head.user_id = p.user_id
    WHERE head.user_id IS NULL GROUP BY p.user_id
    """,
)
find_repetitions = describe(
    "feed of {}: has event {} {} times",
    """
    SELECT user_id, event_id, COUNT(*) FROM feed_pointer
    GROUP BY user_id, event_id HAVING COUNT(*) > 1
    """,
)
find_lost_events = describe(
    "feed of {}: number {} is event {}, which is not there",
    """
    SELECT p.user_id, p.seq, p.event_id
    FROM feed_pointer p LEFT JOIN feed_event e ON e.id = p.event_id WHERE e.id IS NULL
    """,
)

INVARIANTS = (
    (
        "feed.order",
        "The events of a feed are numbered without gaps from the last one that was forgotten to "
        "its head.",
        all_of(find_gaps, find_headless),
    ),
    (
        "feed.once",
        "An event is in a feed once, and is there as long as a feed has it.",
        all_of(find_repetitions, find_lost_events),
    ),
)
