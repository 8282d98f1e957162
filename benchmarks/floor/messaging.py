"""Sending messages and listing conversations: the rows that Tradepost reads and writes."""

import hashlib
from typing import Any
from uuid import uuid4

from benchmarks.floor.database import key, moment, now, query, transaction, uuid
from benchmarks.floor.log import announce, notify, people_in

CONVERSATIONS = """
    SELECT c.id, c.kind, c.title, c.state, c.last_seq, c.created_at, c.updated_at,
           mine.role, mine.notify, mine.last_read_seq,
           (SELECT count(*) FROM (
                SELECT 1 FROM messaging_message m
                WHERE m.conversation_id = c.id AND m.seq > mine.last_read_seq
                  AND m.sender_id <> mine.user_id LIMIT 100) bounded),
           (SELECT min(m.seq) FROM messaging_message m
            WHERE m.conversation_id = c.id AND m.seq > mine.last_read_seq
              AND m.sender_id <> mine.user_id),
           m.id, m.seq, m.kind, m.body, m.parent_id, m.sent_at, m.sender_id,
           CASE WHEN m.sender_id = mine.user_id THEN m.client_id END
    FROM messaging_participant mine
    JOIN messaging_conversation c ON c.id = mine.conversation_id
    LEFT JOIN messaging_message m ON m.conversation_id = c.id AND m.seq = c.last_seq
    WHERE mine.user_id = %s AND mine.left_seq IS NULL
    ORDER BY c.updated_at DESC, c.id DESC LIMIT 20
"""
PEOPLE = """
    SELECT p.conversation_id, u.id, u.username, u.first_name, u.last_name, u.role
    FROM messaging_participant mine
    JOIN messaging_participant p ON p.conversation_id = mine.conversation_id
    JOIN accounts_user u ON u.id = p.user_id
    WHERE mine.user_id = %s AND mine.left_seq IS NULL AND p.left_seq IS NULL
    ORDER BY p.id
"""

RECIPIENTS = (
    "SELECT user_id FROM messaging_participant WHERE conversation_id = %s AND left_seq IS NULL"
)

FRESH: dict[str, object] = {  # what is so of every message here: all stand alone, none was changed
    "root_message": None,
    "depth": 0,
    "version": 1,
    "edited": False,
    "edited_at": None,
    "deleted": False,
    "hidden": False,
    "is_withheld": False,
    "payload": None,
    "mentions": [],
    "attachments": [],
    "reactions": [],
    "reply_count": 0,
}


def list_conversations(user_id: str) -> dict[str, object]:
    people: dict[Any, dict[Any, dict[str, object]]] = {}
    for talk, pk, username, first, last, role in query(PEOPLE, key(user_id)):
        people.setdefault(talk, {})[pk] = _person(pk, username, first, last, role)
    rows = query(CONVERSATIONS, key(user_id))
    return {
        "next": None,
        "previous": None,
        "results": [_conversation(row, people[row[0]]) for row in rows],
    }


def _person(pk: Any, username: str, first: str, last: str, role: str) -> dict[str, object]:
    return {
        "user_id": uuid(pk),
        "username": username,
        "first_name": first,
        "last_name": last,
        "role": role,
    }


def _conversation(row: tuple[Any, ...], people: dict[Any, dict[str, object]]) -> dict[str, object]:
    pk, kind, title, state, count, created_at, updated_at, *place = row[:-8]
    role, wants, read_seq, unread, first = place
    message_id, seq, message_kind, body, parent, sent_at, sender, client_id = row[-8:]
    return {
        "conversation_id": uuid(pk),
        "kind": kind,
        "title": title,
        "state": state,
        "snoozed_until": None,
        "subject": None,
        "participants": list(people.values()),
        "participant_count": len(people),
        "last_message": {
            "message_id": uuid(message_id),
            "conversation": uuid(pk),
            "seq": seq,
            "sender": people[sender],
            "kind": message_kind,
            "message_body": body,
            "parent_message": parent,
            **FRESH,
            "sent_at": moment(sent_at),
            "client_id": client_id,
            "is_read": seq <= read_seq,
        },
        "message_count": count,
        "unread_count": unread,
        "mention_count": 0,
        "my": {
            "role": role, "notify": wants, "muted_until": None, "archived": False,
            "pinned_at": None, "last_read_seq": read_seq, "unread_from": None,
            "first_unread_seq": first, "has_left": False,
        },
        "created_at": moment(created_at),
        "updated_at": moment(updated_at),
    }  # fmt: skip


def send_message(*, user_id: str, conversation: str, body: str) -> dict[str, object]:
    message, sent_at = uuid4(), now()
    sender, talk = key(user_id), key(conversation)
    with transaction():
        ((seq,),) = query(
            "UPDATE messaging_conversation SET last_seq = last_seq + 1, version = version + 1,"
            " updated_at = %s, state = 'open', snoozed_until = NULL WHERE id = %s"
            " RETURNING last_seq",
            sent_at, talk,
        )  # fmt: skip
        people = people_in(query(RECIPIENTS, talk))
        query(
            "INSERT INTO messaging_message (id, conversation_id, seq, sender_id, client_id,"
            " request_hash, depth, kind, body, has_attachments, has_link, version, sent_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, 0, 'text', %s, false, false, 1, %s)",
            key(message), talk, seq, sender, str(message), _hash_of(talk, body), body, sent_at,
        )  # fmt: skip
        query(
            "UPDATE messaging_participant SET last_read_seq = %s, unread_from = NULL"
            " WHERE conversation_id = %s AND user_id = %s",
            seq, talk, sender,
        )  # fmt: skip
        _tell(people, sender=sender, talk=conversation, message=str(message), seq=seq)
    ((username, first, last, role),) = query(
        "SELECT username, first_name, last_name, role FROM accounts_user WHERE id = %s", sender
    )
    return {
        "message_id": message,
        "conversation": conversation,
        "seq": seq,
        "sender": _person(sender, username, first, last, role),
        "kind": "text",
        "message_body": body,
        "parent_message": None,
        **FRESH,
        "sent_at": moment(sent_at.removesuffix("+00")),
        "client_id": str(message),
        "is_read": True,
    }


def _hash_of(conversation: str, body: str) -> str:
    return hashlib.sha256(f"{conversation}\0{body}".encode()).hexdigest()


def _tell(people: set[str], *, sender: str, talk: str, message: str, seq: int) -> None:
    others = people - {sender}
    cause, group = f"message:{message}", f"conversation:{talk}"
    notify(
        others,
        kind="message.received",
        cause=cause,
        actor=sender,
        data={"conversation": talk},
        group=group,
        seq=seq,
    )
    announce(
        [
            (
                "message.created",
                people,
                {"conversation": talk, "message": message, "seq": seq},
            ),
            (
                "notification.created",
                others,
                {"kind": "message.received", "cause": cause, "group": group},
            ),
        ]
    )
