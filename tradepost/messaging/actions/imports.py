"""Taking in what was said elsewhere: a log becomes a conversation, batch by batch.

An import tells nobody: no notification, no event in a feed, nothing unread. Who spoke gets an
account that nobody can sign in to or write to, and a place that is left already; so nothing that is
said in the conversation later is carried to them.
"""

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.db.models import F
from django.db.models.functions import Lower

from tradepost.accounts.models import User
from tradepost.kit.ids import uuid7
from tradepost.kit.inserts import insert, insert_columns
from tradepost.kit.transactions import atomic
from tradepost.messaging.actions.places import lock_conversation
from tradepost.messaging.chat_logs import ChatLog, Said, list_nicks
from tradepost.messaging.models import Conversation, Message, Participant
from tradepost.messaging.texts import clean_text, has_link

LINES_PER_TRANSACTION = 500
LONGEST_STEM = 100  # characters of a nick that go into a user name
DIGITS_OF_KEY = 32
NO_LINE = -1
NOWHERE = "@import.invalid"
UNFIT = re.compile(r"[^A-Za-z0-9_.+-]")


@dataclass(frozen=True)
class Step:
    """A batch is in: the conversation, how many messages were taken in so far by this import, and
    how many had been there before it."""

    conversation_id: UUID
    imported: int
    present: int


@dataclass(frozen=True, slots=True)
class _Place:
    """A message as its replies see it."""

    id: UUID
    root_id: UUID | None
    depth: int

    @classmethod
    def below(cls, parent: "_Place | None", pk: UUID) -> "_Place":
        if parent is None:
            return cls(pk, None, 0)
        return cls(pk, parent.root_id or parent.id, parent.depth + 1)


def key_of(*, content: bytes) -> str:  # house: allow A1 because it only reads
    """Return what names a log for ever: the same file is imported once."""
    return hashlib.sha256(content).hexdigest()[:DIGITS_OF_KEY]


def import_chat(  # house: allow A1 because every batch is a transaction of its own
    *, log: ChatLog, parents: Mapping[int, int], key: str, title: str, owner: User | None = None
) -> Iterator[Step]:
    """Take in a log as a group with that title, and yield after each batch.

    ``parents`` says by line which line it answers. What an earlier import of the same ``key`` took
    in is left alone, and where it broke off this one goes on. The ``owner`` may read and write in
    it; without one, nobody does. Nothing happens until the steps are iterated.
    """
    conversation_id = open_imported_conversation(key=key, title=title, owner=owner)
    people = seat_speakers(conversation_id=conversation_id, nicks=list_nicks(log))
    imported, present = 0, None
    while True:
        done, added = import_lines(
            conversation_id=conversation_id, log=log, parents=parents, key=key, people=people
        )
        imported, present = imported + added, done if present is None else present
        yield Step(conversation_id, imported, present)
        if done + added >= len(log.said):
            return


@atomic
def open_imported_conversation(*, key: str, title: str, owner: User | None) -> UUID:
    """Return the one conversation of the log, opened if there is none, with ``owner`` in it."""
    title = clean_text(title)[: Conversation._meta.get_field("title").max_length]
    mine = Conversation(
        kind=Conversation.Kind.GROUP, title=title, titled_by=owner, dedupe_key=f"import:{key}"
    )
    insert([mine], unless_taken=["dedupe_key"])
    conversation = Conversation.objects.select_for_update().get(dedupe_key=f"import:{key}")
    if owner is not None:
        end = conversation.last_seq
        place = Participant(
            conversation=conversation, user=owner, role=Participant.Role.OWNER, last_read_seq=end
        )
        insert([place], unless_taken=["conversation", "user"])
    return conversation.pk


@atomic
def seat_speakers(*, conversation_id: UUID, nicks: Sequence[str]) -> dict[str, UUID]:
    """Return the accounts of these people, made where there is none yet, and give each a place in
    the conversation that is left already."""
    conversation = lock_conversation(conversation_id)
    people = _find_speakers(nicks)
    missing = [nick for nick in nicks if nick not in people]
    accounts = _make_accounts(missing)
    insert(accounts)  # without signals: they are no customers
    people |= {account.first_name: account.pk for account in accounts}
    end = conversation.last_seq
    places = [
        Participant(conversation=conversation, user_id=pk, left_seq=end, last_read_seq=end)
        for pk in sorted(people.values())
    ]
    insert(places, unless_taken=["conversation", "user"])
    return people


@atomic
def import_lines(
    *,
    conversation_id: UUID,
    log: ChatLog,
    parents: Mapping[int, int],
    key: str,
    people: Mapping[str, UUID],
) -> tuple[int, int]:
    """Take in the next lines of the log; return how many were there before, and how many came."""
    conversation = lock_conversation(conversation_id)
    done = _count_imported(conversation, log, key)
    batch = log.said[done : done + LINES_PER_TRANSACTION]
    if batch:
        _insert_messages(conversation, batch, parents, key, people)
        _move_on(conversation, batch[-1].at, added=len(batch), people=people)
    return done, len(batch)


def _find_speakers(nicks: Sequence[str]) -> dict[str, UUID]:
    """Return by nick the accounts of earlier imports; nicks differ by upper and lower case, too."""
    imported = User.objects.filter(
        email__endswith=NOWHERE,
        is_active=False,
        password__startswith=UNUSABLE_PASSWORD_PREFIX,
        first_name__in=nicks,
    )
    return dict(imported.values_list("first_name", "pk"))


def _make_accounts(nicks: Sequence[str]) -> list[User]:
    """Return accounts, not yet written, that are shown by their nick; nobody knows a password."""
    names = User.objects.annotate(small=Lower("username"))
    taken: set[str] = set()
    accounts = []
    for nick in nicks:
        stem = UNFIT.sub("_", nick)[:LONGEST_STEM]
        tries = (stem if number == 1 else f"{stem}-{number}" for number in count(1))
        name = next(
            name
            for name in tries
            if name.lower() not in taken and not names.filter(small=name.lower()).exists()
        )
        taken.add(name.lower())
        accounts.append(
            User(
                username=name, email=f"{name}{NOWHERE}", first_name=nick,
                password=make_password(None), is_active=False,
            )
        )  # fmt: skip
    return accounts


def _count_imported(conversation: Conversation, log: ChatLog, key: str) -> int:
    """Return how many of what is said in the log is there, whatever became of it since.

    The last message that still says where it is from tells most of it; those behind it that are
    nobody's any more are of people who were erased since.
    """
    rows = Message.objects.filter(conversation=conversation)
    last = rows.filter(client_id__startswith=f"import:{key}:").order_by("-seq").first()
    erased = rows.filter(sender=None, kind=Message.Kind.TEXT)
    if last is None:
        return erased.count()
    line = int(last.client_id.rpartition(":")[2])
    known = bisect_right(log.said, line, key=lambda said: said.line)
    return known + erased.filter(seq__gt=last.seq).count()


def _insert_messages(
    conversation: Conversation,
    batch: Sequence[Said],
    parents: Mapping[int, int],
    key: str,
    people: Mapping[str, UUID],
) -> None:
    ids = [uuid7() for _ in batch]
    places = _find_parents(conversation, batch, parents, key)
    answered: list[_Place | None] = []
    for said, pk in zip(batch, ids, strict=True):
        parent = places.get(parents.get(said.line, NO_LINE))
        answered.append(parent)
        places[said.line] = _Place.below(parent, pk)
    mine = [places[said.line] for said in batch]
    client_ids = [f"import:{key}:{said.line}" for said in batch]
    insert_columns(
        Message,
        each={
            "id": ids,
            "seq": [conversation.last_seq + place for place in range(1, len(batch) + 1)],
            "sender": [people[said.nick] for said in batch],
            "client_id": client_ids,
            "request_hash": [hashlib.sha256(name.encode()).hexdigest() for name in client_ids],
            "parent": [parent and parent.id for parent in answered],
            "root": [place.root_id for place in mine],
            "depth": [place.depth for place in mine],
            "body": [said.text for said in batch],
            "has_link": [has_link(said.text) for said in batch],
            "sent_at": [said.at for said in batch],
        },
        all={"conversation": conversation, "kind": Message.Kind.TEXT},
    )


def _find_parents(
    conversation: Conversation, batch: Sequence[Said], parents: Mapping[int, int], key: str
) -> dict[int, _Place]:
    """Return by line what earlier batches took in that this one answers."""
    lines = {parents[said.line] for said in batch if said.line in parents}
    wanted = {f"import:{key}:{line}": line for line in lines if line < batch[0].line}
    rows = Message.objects.filter(conversation=conversation, client_id__in=wanted)
    found = rows.values_list("client_id", "pk", "root_id", "depth")
    return {wanted[name]: _Place(pk, root_id, depth) for name, pk, root_id, depth in found}


def _move_on(
    conversation: Conversation, said_at: datetime, *, added: int, people: Mapping[str, UUID]
) -> None:
    """Move the end, and the places with it: nothing of an import is unread."""
    before, end = conversation.last_seq, conversation.last_seq + added
    others = Message.objects.filter(conversation=conversation, seq=before)
    earlier = others.values_list("sent_at", flat=True).first()
    Conversation.objects.filter(pk=conversation.pk).update(
        last_seq=end, version=F("version") + added, updated_at=max(said_at, earlier or said_at)
    )
    places = Participant.objects.filter(conversation=conversation)
    places.filter(user__in=people.values()).update(left_seq=end, last_read_seq=end)
    places.active().filter(last_read_seq=before).update(last_read_seq=end)
