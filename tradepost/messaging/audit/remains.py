"""What must not be left: of messages that were taken back, and of people who are gone."""

from collections.abc import Iterator

from django.core.files.storage import default_storage
from django.db import connection

from tradepost.kit.audit import all_of, describe, select, shown
from tradepost.messaging.models import Attachment
from tradepost.messaging.payloads import OF_THE_HOUSE

BATCH = 500
# An account that was closed; one that was never open for anybody (of an import) is none.
CLOSED = "(SELECT id FROM accounts_user WHERE email LIKE '%@deleted.invalid' AND NOT is_active)"
OF_PERSON = f"SELECT {{who}} FROM {{table}} WHERE {{who}} IN {CLOSED}"  # noqa: S608 - constants
OF_PURGED = """
    SELECT m.id FROM messaging_message m JOIN {table} t ON t.message_id = m.id
    WHERE m.deleted_at IS NOT NULL AND m.version = 1
"""

find_texts_of_deleted = describe(
    "message {}: was deleted and has a text",
    """
    SELECT id FROM messaging_message
    WHERE deleted_at IS NOT NULL AND (body <> '' OR payload IS NOT NULL)
    """,
)
find_flags_of_purged = describe(
    "message {}: was purged and has a digest, or looks as if it had a file or a link",
    """
    SELECT id FROM messaging_message
    WHERE deleted_at IS NOT NULL AND version = 1
    AND (has_attachments OR has_link OR edited_at IS NOT NULL OR request_hash <> '')
    """,
)
find_remains_of_purged = all_of(
    *(
        describe(f"message {{}}: was purged and has {what}", OF_PURGED.format(table=table))
        for table, what in {
            "messaging_messagehistory": "an earlier text",
            "messaging_attachment": "a file",
            "messaging_reaction": "a reaction",
            "messaging_mention": "a mention",
        }.items()
    )
)
find_orphans = describe(
    "message {}: nobody's, and not purged",
    f"""
    SELECT id FROM messaging_message WHERE sender_id IS NULL
    AND NOT (kind = 'card' AND client_id LIKE '{OF_THE_HOUSE}%') AND kind <> 'system'
    AND (deleted_at IS NULL OR version <> 1 OR client_id <> '' OR request_hash <> '')
    """,  # noqa: S608 - constants
)
find_remains_of_people = all_of(
    *(
        describe(f"{{}} is gone and has {what}", OF_PERSON.format(who=who, table=table))
        for table, who, what in (
            ("messaging_message", "sender_id", "a message"),
            ("messaging_messagehistory", "editor_id", "an earlier text"),
            ("messaging_attachment", "uploader_id", "a file"),
            ("messaging_reaction", "user_id", "a reaction"),
            ("messaging_mention", "user_id", "a mention"),
            ("messaging_report", "reporter_id", "a report"),
            ("messaging_conversation", "titled_by_id", "a title"),
            ("notifications_notification", "user_id", "a notification"),
            ("notifications_notification", "actor_id", "a deed in a notification"),
        )
    ),
    describe(
        "{} is gone and has a place in conversation {}",
        f"""
        SELECT user_id, conversation_id FROM messaging_participant
        WHERE left_seq IS NULL AND user_id IN {CLOSED}
        """,  # noqa: S608 - constants
    ),
)
IN_INDEX = {
    "sqlite": """
        SELECT numbers.key FROM messaging_message_search_number numbers
        JOIN messaging_message_search found ON found.rowid = numbers.number
        LEFT JOIN messaging_message m ON m.id = numbers.key
        WHERE (m.id IS NULL OR m.deleted_at IS NOT NULL) AND found.body <> ''
    """,
    # The conversation is one word of it, the others are the text's.
    "postgresql": """
        SELECT found.id FROM messaging_message_search found
        LEFT JOIN messaging_message m ON m.id = found.id
        WHERE (m.id IS NULL OR m.deleted_at IS NOT NULL) AND LENGTH(found.words) > 1
    """,
    "mysql": """
        SELECT found.id FROM messaging_message_search found
        LEFT JOIN messaging_message m ON m.id = found.id
        WHERE (m.id IS NULL OR m.deleted_at IS NOT NULL) AND found.body <> ' '
    """,
}
find_notes_of_nobody = describe(
    "report {}: nobody's, and has a note",
    "SELECT id FROM messaging_report WHERE reporter_id IS NULL AND note <> ''",
)


find_false_flags = describe(
    "message {}: says {} of files and has {}",
    """
    SELECT m.id, m.has_attachments, COUNT(a.id)
    FROM messaging_message m LEFT JOIN messaging_attachment a ON a.message_id = m.id
    WHERE m.has_attachments OR a.id IS NOT NULL GROUP BY m.id, m.has_attachments
    HAVING m.has_attachments <> (COUNT(a.id) > 0)
    """,
)


def find_searchable_remains() -> Iterator[str]:
    """Describe deleted messages whose words the search index still has; where there is one."""
    if connection.vendor in IN_INDEX:
        for (pk,) in select(IN_INDEX[connection.vendor]):
            yield f"message {shown(pk)}: is deleted, and its words are in the search index"


def find_missing_files() -> Iterator[str]:
    """Describe files that rows speak of and the storage does not have.

    The one look that goes row by row: each asks the storage.
    """
    rows = Attachment.objects.order_by("pk").values_list("pk", "file", "thumbnail")
    for pk, *names in rows.iterator(chunk_size=BATCH):
        missing = [name for name in names if name and not default_storage.exists(name)]
        if missing and Attachment.objects.filter(pk=pk).exists():  # not removed meanwhile
            yield f"attachment {pk}: {', '.join(missing)} is not there"


INVARIANTS = (
    (
        "messaging.taken_back",
        "A deleted message has no text, nor has the search index of it, and one that was purged "
        "has nothing but its place.",
        all_of(
            find_texts_of_deleted,
            find_searchable_remains,
            find_flags_of_purged,
            find_remains_of_purged,
        ),
    ),
    (
        "messaging.erased",
        "Nothing is left of what people wrote or did whose accounts are closed or gone.",
        all_of(find_orphans, find_remains_of_people, find_notes_of_nobody),
    ),
    (
        "messaging.files",
        "Every file of a message is in the storage, and the message says that it has files.",
        all_of(find_missing_files, find_false_flags),
    ),
)
