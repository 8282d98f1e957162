"""Whatever people do in conversations and in whichever order: rows and screens are what a plain
model of it says, and every invariant holds after each step.

I1 numbers without gaps · I2 one message for a request, however often it comes · I3 places move
forward · I4 badges are what a count by hand gives · I5 a history row for every change · I6 threads
stay in their conversation · I7 one event for everybody who takes part · I8 nobody gets what is not
theirs · I9 one notification for a cause, and none that waits of what its reader has come past or of
where they have left · I10 nothing is left of who is gone.
"""

from collections import Counter
from contextlib import nullcontext
from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from conftest import make_user
from tradepost.accounts.actions.blocks import block_person, unblock_person
from tradepost.accounts.actions.users import close_account
from tradepost.accounts.models import User
from tradepost.feed.models import Pointer
from tradepost.kit.audit import find_faults, list_invariants
from tradepost.messaging.actions.conversations import open_direct_conversation, start_conversation
from tradepost.messaging.actions.edits import (
    delete_message,
    edit_message,
    purge_deleted_messages,
    restore_message,
)
from tradepost.messaging.actions.members import (
    add_participant,
    leave_conversation,
    make_owner,
    remove_participant,
)
from tradepost.messaging.actions.messages import send_message
from tradepost.messaging.actions.places import (
    archive_conversation,
    choose_notifications,
    mute_conversation,
)
from tradepost.messaging.actions.reactions import add_reaction, remove_reaction
from tradepost.messaging.actions.reading import mark_conversation_read, mark_unread_from
from tradepost.messaging.errors import NoSuchConversation
from tradepost.messaging.models import Message, MessageHistory
from tradepost.messaging.queries.conversations import (
    Filters,
    count_unread,
    list_conversations,
    read_conversation,
)
from tradepost.messaging.queries.messages import find_place, list_rows_of_conversation
from tradepost.messaging.queries.search import find_messages
from tradepost.messaging.rows import reader_of, shown_messages
from tradepost.messaging.search_words import read_search
from tradepost.messaging.tests.talk_model import SYSTEM, Said, Seat, Talk, World
from tradepost.notifications.models import Notification

NAMES = ("ann", "bob", "charlie", "dora")
PEOPLE = st.sampled_from(NAMES)
ANYBODY = st.one_of(st.none(), PEOPLE)  # none: who may
BODIES = st.sampled_from(["Hello", "Look @bob", "Ask @charlie", "Dear @all", "No @dora"])
EMOJI = st.sampled_from("👍🎉")
BACK = st.integers(0, 12)  # how many messages ago
TALKS = st.integers(0, 2)
NOW_AND_THEN = st.integers(0, 9).map(lambda n: n == 0)
EVERYTHING = Filters(show="all")
MOST = 1000


class Talks(RuleBasedStateMachine):
    """A group and two talks of two; four people, of whom one may go for good."""

    def __init__(self):
        super().__init__()
        self.undone = transaction.atomic()  # each history begins with nothing
        self.undone.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    @initialize()
    def open(self):
        self.world = World()
        self.users = {name: make_user(name) for name in NAMES}
        self.names = {user.pk: name for name, user in self.users.items()}
        self.world.people = list(NAMES)
        self.conversations: dict[str, UUID] = {}
        self.pks: dict[Said, UUID] = {}
        self.sends: list[tuple] = []
        ann, bob, charlie = (self.users[name] for name in NAMES[:3])
        group = start_conversation(starter=ann, participant_ids=[bob.pk], title="Group")
        self.know("group", group, "group", "ann", "bob")
        self.know("ann+bob", open_direct_conversation(first=ann, second=bob), "direct", *NAMES[:2])
        pair = open_direct_conversation(first=bob, second=charlie)
        self.know("bob+charlie", pair, "direct", "bob", "charlie")
        world = self.world
        world.notify(["bob"], "conversation.added", world.talks["group"], ("group", 0), "ann")
        self.seen = dict.fromkeys(NAMES, 0)
        self.places: dict[tuple[str, str], tuple[int, int]] = {}
        for name, sender in (("group", "ann"), ("ann+bob", "bob"), ("bob+charlie", "charlie")):
            self.say(sender, world.talks[name], f"Hello @bob zz{sender}", f"{sender}-0", None)

    def know(self, name, conversation, kind, owner, other):
        seats = {owner: Seat(role="owner"), other: Seat()}
        talk = Talk(name, kind, {person: seats[person] for person in sorted(seats)})
        self.world.talks[name] = talk
        self.conversations[name] = conversation.pk
        self.world.tell([owner, other], "conversation.created", name)

    # --- What is picked

    def here(self, name: str | None, default: str | None = None) -> str:
        """Somebody who has an account: this one, or the one who may, or anybody."""
        wanted = name or default
        return wanted if wanted in self.world.people else self.world.people[0]

    def talk(self, n: int) -> Talk:
        talks = list(self.world.talks.values())
        return talks[n % len(talks)]

    def message(self, n: int, back: int) -> Said | None:
        messages = self.talk(n).messages
        return messages[-1 - back % len(messages)] if messages else None

    def attempt(self, refusal, deed, **arguments):
        """Do it; it must be refused just as the model says, or not at all."""
        with pytest.raises(refusal) if refusal else nullcontext():
            return deed(**arguments)

    def owner_of(self, talk: Talk) -> str | None:
        return next((n for n in talk.active() if talk.seats[n].role == "owner"), None)

    def member_of(self, talk: Talk, back: int) -> str | None:
        active = talk.active()
        return active[back % len(active)] if active else None

    # --- Messages

    @rule(who=ANYBODY, n=TALKS, body=BODIES, back=BACK, is_reply=st.booleans())
    def send(self, who, n, body, back, is_reply):
        talk = self.talk(n)
        parent = self.message(n, back) if is_reply else None
        sender = self.here(who, self.member_of(talk, back))
        client_id = f"{sender}-{len(self.sends)}"
        self.say(sender, talk, f"{body} zz{sender}", client_id, parent)

    @precondition(lambda self: self.sends)
    @rule(back=BACK, is_other=NOW_AND_THEN)
    def send_again(self, back, is_other):
        sender, talk, body, client_id, parent = self.sends[-1 - back % len(self.sends)]
        if sender in self.world.people and talk.name in self.world.talks:
            body = f"another {body}" if is_other else body
            self.say(sender, talk, body, client_id, parent)

    @rule(who=ANYBODY, n=TALKS, back=BACK)
    def reply_to_what_was_said_elsewhere(self, who, n, back):
        parent, talk = self.message(n + 1, back), self.talk(n)
        if parent is not None:
            sender = self.here(who, self.member_of(talk, back))
            self.say(sender, talk, "Hello", f"{sender}-{len(self.sends)}", parent)

    def say(self, sender, talk, body, client_id, parent):
        before = talk.last
        outcome = self.world.send(sender, talk, body, client_id, parent)
        is_repeated = isinstance(outcome, Said)
        sent = self.attempt(
            None if is_repeated else outcome,
            send_message,
            sender=self.users[sender],
            conversation_id=self.conversations[talk.name],
            body=body,
            client_id=client_id,
            parent_id=self.pks[parent] if parent else None,
        )
        if is_repeated:
            assert sent.repeated
            assert sent.message.pk == self.pks[outcome]  # I2
        elif outcome is None:
            assert not sent.repeated
            assert sent.message.seq == before + 1
            self.sends.append((sender, talk, body, client_id, parent))
        self.learn()

    @rule(who=ANYBODY, n=TALKS, back=BACK, body=BODIES, off=st.sampled_from([None, 0, 0, 1]))
    def edit(self, who, n, back, body, off):
        message = self.message(n, back)
        if message is None:
            return
        editor = self.here(who, message.sender)
        body = f"{body} zz{editor}"
        version = None if off is None else message.version + off
        refusal = self.world.edit(editor, message, body, version)
        user, pk = self.users[editor], self.pks[message]
        now = timezone.now()
        self.attempt(
            refusal, edit_message, editor=user, message_id=pk, body=body, now=now, version=version
        )

    @rule(who=ANYBODY, n=TALKS, back=BACK)
    def delete(self, who, n, back):
        if (message := self.message(n, back)) is not None:
            deleter = self.here(who, message.sender)
            user, pk = self.users[deleter], self.pks[message]
            refusal = self.world.delete(deleter, message)
            self.attempt(refusal, delete_message, deleter=user, message_id=pk, now=timezone.now())

    @rule(who=ANYBODY, n=TALKS, back=BACK)
    def restore(self, who, n, back):
        if (message := self.message(n, back)) is not None:
            restorer = self.here(who, message.sender)
            user, pk = self.users[restorer], self.pks[message]
            refusal = self.world.restore(restorer, message)
            self.attempt(refusal, restore_message, restorer=user, message_id=pk)

    @rule(is_time=NOW_AND_THEN)
    def purge(self, is_time):
        if is_time:
            self.world.purge()
            later = timedelta(hours=django_settings.KEEP_DELETED_HOURS + 1)
            purge_deleted_messages(now=timezone.now() + later)

    @rule(who=ANYBODY, n=TALKS, back=BACK, emoji=EMOJI, is_added=st.booleans())
    def react(self, who, n, back, emoji, is_added):
        if (message := self.message(n, back)) is not None:
            name = self.here(who, self.member_of(message.talk, back))
            user, pk = self.users[name], self.pks[message]
            expected = self.world.react if is_added else self.world.take_reaction
            deed = add_reaction if is_added else remove_reaction
            refusal = expected(name, message, emoji)
            self.attempt(refusal, deed, user=user, message_id=pk, emoji=emoji)

    # --- Reading

    @rule(who=PEOPLE, n=TALKS, up_to=st.one_of(st.none(), st.integers(0, 15)))
    def read(self, who, n, up_to):
        reader, talk = self.here(who), self.talk(n)
        refusal = self.world.read(reader, talk, up_to)
        user, pk = self.users[reader], self.conversations[talk.name]
        self.attempt(
            refusal, mark_conversation_read, reader=user, conversation_id=pk, up_to_seq=up_to
        )

    @rule(who=PEOPLE, n=TALKS, back=BACK)
    def mark_unread(self, who, n, back):
        if (message := self.message(n, back)) is not None:
            reader = self.here(who)
            refusal = self.world.mark_unread(reader, message)
            user, pk = self.users[reader], self.pks[message]
            self.attempt(refusal, mark_unread_from, reader=user, message_id=pk)

    # --- People

    @rule(who=ANYBODY, n=TALKS, person=PEOPLE, show_history=st.booleans())
    def add(self, who, n, person, show_history):
        talk = self.talk(n)
        owner = self.here(who, self.owner_of(talk))
        refusal = self.world.add(owner, talk, person, show_history=show_history)
        self.attempt(
            refusal,
            add_participant,
            owner=self.users[owner],
            conversation_id=self.conversations[talk.name],
            user_id=self.users[person].pk,
            show_history=show_history,
        )
        self.learn()

    @rule(who=ANYBODY, n=TALKS, person=PEOPLE)
    def remove(self, who, n, person):
        self.change_people(self.world.remove, remove_participant, who, n, person)

    @rule(who=ANYBODY, n=TALKS, person=PEOPLE)
    def make_owner(self, who, n, person):
        self.change_people(self.world.make_owner, make_owner, who, n, person)

    def change_people(self, expected, deed, who, n, person):
        talk = self.talk(n)
        owner = self.here(who, self.owner_of(talk))
        refusal = expected(owner, talk, person)
        pk, user_id = self.conversations[talk.name], self.users[person].pk
        owning = self.users[owner]
        self.attempt(refusal, deed, owner=owning, conversation_id=pk, user_id=user_id)
        self.learn()

    @rule(who=PEOPLE, n=TALKS)
    def leave(self, who, n):
        name, talk = self.here(who), self.talk(n)
        refusal = self.world.leave(name, talk)
        user, pk = self.users[name], self.conversations[talk.name]
        self.attempt(refusal, leave_conversation, user=user, conversation_id=pk)
        self.learn()

    @rule(who=PEOPLE, person=PEOPLE)
    def block(self, who, person):
        blocker = self.here(who)
        refusal = self.world.block(blocker, person)
        user, pk = self.users[blocker], self.users[person].pk
        self.attempt(refusal, block_person, blocker=user, person_id=pk)

    @rule(who=PEOPLE, person=PEOPLE)
    def unblock(self, who, person):
        blocker = self.here(who)
        self.world.unblock(blocker, person)
        unblock_person(blocker=self.users[blocker], person_id=self.users[person].pk)

    @precondition(lambda self: len(self.world.people) == len(NAMES))
    @rule(who=PEOPLE, is_time=NOW_AND_THEN)
    def erase(self, who, is_time):
        if is_time:
            self.world.erase(who)
            close_account(user=self.users[who])
            self.nothing_is_left_of(who)

    # --- What people set for themselves

    @rule(who=PEOPLE, n=TALKS, archived=st.booleans())
    def archive(self, who, n, archived):
        name, talk = self.here(who), self.talk(n)
        refusal = self.world.archive(name, talk, archived=archived)
        user, pk = self.users[name], self.conversations[talk.name]
        self.attempt(
            refusal, archive_conversation, user=user, conversation_id=pk, archived=archived
        )

    @rule(
        who=PEOPLE, n=TALKS, is_muted=st.booleans(),
        notify=st.sampled_from(["all", "mentions", "nothing"]),
    )  # fmt: skip
    def arrange(self, who, n, is_muted, notify):
        name, talk = self.here(who), self.talk(n)
        user, pk = self.users[name], self.conversations[talk.name]
        refusal = self.world.arrange(name, talk, notify=notify)
        self.attempt(refusal, choose_notifications, user=user, conversation_id=pk, notify=notify)
        until = timezone.now() + timedelta(days=1) if is_muted else None
        refusal = self.world.arrange(name, talk, is_muted=is_muted)
        self.attempt(refusal, mute_conversation, user=user, conversation_id=pk, until=until)

    # --- What holds after each step

    def learn(self):
        """Note the ids of the messages that the step made."""
        for talk in self.world.talks.values():
            if talk.messages and talk.messages[-1] not in self.pks:
                rows = Message.objects.filter(conversation=self.conversations[talk.name])
                pks = dict(rows.values_list("seq", "pk"))
                assert sorted(pks) == list(range(1, talk.last + 1))  # I1
                self.pks |= {m: pks[m.seq] for m in talk.messages}

    @invariant()
    def all_is_well(self):
        self.everybody_sees_what_the_model_says()
        self.places_only_move_forward()
        self.history_is_kept()
        self.everybody_was_told_once()
        self.every_feed_has_what_happened()
        assert find_faults(OURS) == []

    def everybody_sees_what_the_model_says(self):
        for name in self.world.people:
            user = self.users[name]
            rows = list_conversations(user=user, filters=EVERYTHING, size=MOST).rows
            by_id = {row.conversation_id: row for row in rows}
            mine = [talk for talk in self.world.talks.values() if name in talk.seats]
            assert set(by_id) == {self.conversations[talk.name] for talk in mine}
            for talk in self.world.talks.values():
                if name in talk.seats:
                    self.sees(name, talk, by_id[self.conversations[talk.name]])
                else:
                    with pytest.raises(NoSuchConversation):
                        read_conversation(user=user, conversation_id=self.conversations[talk.name])
            self.badges_are_right(name, user)

    def sees(self, name, talk, row):
        seat = talk.seats[name]
        unread = self.world.unread(name, talk)  # I4
        named = [message for message in unread if name in message.named]
        end = talk.last if seat.left is None else seat.left
        my = row.my
        assert (row.unread_count, row.mention_count) == (len(unread), len(named))
        assert my.first_unread_seq == (unread[0].seq if unread else None)
        assert row.message_count == end - seat.joined
        assert (my.last_read_seq, my.unread_from) == (seat.read, seat.unread_from)
        assert (my.role, my.has_left) == (seat.role, seat.left is not None)
        assert my.archived == (seat.archived is not None and seat.archived >= end)
        people = list(talk.seats) if talk.kind == "direct" else talk.active()
        if seat.left is not None and talk.kind != "direct":
            people = []  # who came and went since is not theirs to know
        assert [self.names[person.user_id] for person in row.participants] == people
        place = find_place(user_id=self.users[name].pk, conversation_id=row.conversation_id)
        rows = list_rows_of_conversation(place=place, limit=MOST, oldest_first=True)
        shown = shown_messages(rows, reader_of(self.users[name].pk))
        expected = [self.shown(m, name) for m in talk.messages if seat.sees(m)]  # I8
        assert [self.read_off(message) for message in shown] == expected
        last = expected[-1] if expected else None
        assert (row.last_message and self.read_off(row.last_message)) == last

    def badges_are_right(self, name, user):
        unread = {t.name: self.world.unread(name, t) for t in self.world.talks.values()}
        everything = [self.pks[m] for messages in unread.values() for m in messages]
        found = Message.unread.for_user(user).values_list("pk", flat=True)
        assert sorted(found) == sorted(everything)
        open_talks = [
            talk
            for talk in self.world.talks.values()
            if (seat := talk.seat_of(name)) and (seat.archived is None or seat.archived < talk.last)
        ]
        counts = [len(unread[talk.name]) for talk in open_talks]
        badge = count_unread(user=user)
        assert (badge.messages, badge.conversations) == (sum(counts), sum(map(bool, counts)))

    def shown(self, message, reader):
        """What the reader is to see of a message."""
        seat, talk = message.talk.seats[reader], message.talk
        is_withheld = (reader, message.sender) in self.world.blocks
        is_open = not (is_withheld or message.is_deleted)
        replies = [m for m in talk.messages if m.parent is message and seat.sees(m)]
        emoji = Counter(emoji for _, emoji in message.reactions)
        return {
            "seq": message.seq,
            "sender": message.sender,
            "kind": message.kind,
            "says": message.says if is_open else "",
            "parent": self.pks.get(message.parent),
            "root": self.pks.get(message.root),
            "depth": message.depth,
            "version": message.version,
            "edited": message.is_edited,
            "deleted": message.is_deleted,
            "is_withheld": is_withheld,
            "mentions": message.named if is_open else set(),
            "reactions": emoji if is_open and message.kind != SYSTEM else Counter(),
            "mine": {e for n, e in message.reactions if n == reader and is_open}
            if message.kind != SYSTEM
            else set(),
            "replies": len(replies),
            "is_read": message.sender == reader or message.seq <= seat.read_up_to,
        }

    def read_off(self, shown):
        """The same of a message as the product shows it."""
        is_system = shown["kind"] == SYSTEM
        return {
            "seq": shown["seq"],
            "sender": self.names[shown["sender"]["user_id"]] if shown["sender"] else None,
            "kind": shown["kind"],
            "says": shown["payload"]["type"] if is_system else shown["message_body"],
            "parent": shown["parent_message"],
            "root": shown["root_message"],
            "depth": shown["depth"],
            "version": shown["version"],
            "edited": shown["edited"],
            "deleted": shown["deleted"],
            "is_withheld": shown["is_withheld"],
            "mentions": {self.names[pk] for pk in shown["mentions"]},
            "reactions": Counter({row["emoji"]: row["count"] for row in shown["reactions"]}),
            "mine": {row["emoji"] for row in shown["reactions"] if row["mine"]},
            "replies": shown["reply_count"],
            "is_read": shown["is_read"],
        }

    def places_only_move_forward(self):
        """I3; who comes in again begins anew."""
        for talk in self.world.talks.values():
            for name, seat in talk.seats.items():
                joined, read = self.places.get((talk.name, name), (0, 0))
                assert joined <= seat.read
                assert seat.joined != joined or seat.read >= read
                self.places[talk.name, name] = (seat.joined, seat.read)

    def history_is_kept(self):
        """I5; of what is gone for good there is none."""
        kept = {}
        for pk, body in MessageHistory.objects.order_by("version").values_list("message", "body"):
            kept.setdefault(pk, []).append(body)
        said = [m for talk in self.world.talks.values() for m in talk.messages]
        assert kept == {self.pks[m]: m.earlier for m in said if m.earlier}

    def everybody_was_told_once(self):
        """I9"""
        rows = Notification.objects.values_list("user_id", "kind", "cause", "group", "read_at")
        told = Counter(
            (self.names[user], self.cause(cause), kind, self.group(group), read_at is not None)
            for user, kind, cause, group, read_at in rows
        )
        expected = {
            (name, cause, kind, talk, is_read): 1
            for (name, cause), (kind, talk, is_read, *_) in self.world.told.items()
            if talk in self.world.talks
        }
        assert {key: n for key, n in told.items() if key[3] in self.world.talks} == expected
        for name, (_, seq), kind, talk, is_read in expected:
            seat = self.world.talks[talk].seats[name]
            is_past = seat.left is not None or 1 <= seq <= seat.read
            assert is_read or not is_past, (name, kind, talk, seq)

    def every_feed_has_what_happened(self):
        """I7"""
        for name in self.world.people:
            rows = Pointer.objects.filter(user=self.users[name], seq__gt=self.seen[name])
            events = list(rows.order_by("seq").values_list("seq", "event__kind", "event__data"))
            found = Counter(self.event(kind, data) for _, kind, data in events)
            assert found == self.world.events.pop(name, Counter())
            assert [seq for seq, *_ in events] == [
                self.seen[name] + n + 1 for n in range(len(events))
            ]
            self.seen[name] += len(events)

    def event(self, kind, data):
        """An event as the model says it."""
        if kind.startswith("notification."):
            if kind == "notification.created":
                return (kind, data["kind"], self.cause(data["cause"]))
            if kind == "notification.withdrawn":
                return (kind, self.cause(data["cause"]))
            if kind == "notification.changed":
                return (kind, self.names[UUID(data["actor"])])
            return (kind, self.group(data["group"]), data["count"], data.get("up_to"))
        if kind.startswith("person."):
            return (kind, self.names[UUID(data["user"])])
        facts = [self.group(f"conversation:{data['conversation']}")]
        if "message" in data:
            facts.append(self.seq_of(data["message"]))
        if "user" in data:
            facts.append(self.names[UUID(data["user"])])
        if kind == "conversation.read":
            facts.append(data["seq"])
        return (kind, *facts)

    def cause(self, cause):
        what, _, pk = cause.partition(":")
        if what == "conversation":
            return (self.group(cause), 0)
        message = next((m for m, known in self.pks.items() if str(known) == pk), None)
        return message.cause if message else None

    def group(self, group):
        pk = UUID(group.removeprefix("conversation:"))
        return next(name for name, known in self.conversations.items() if known == pk)

    def seq_of(self, pk):
        return next(m.seq for m, known in self.pks.items() if str(known) == pk)

    def nothing_is_left_of(self, name):
        """I10"""
        word = f"zz{name}"
        assert not Message.objects.filter(body__contains=word).exists()
        assert not MessageHistory.objects.filter(body__contains=word).exists()
        assert not User.objects.filter(username=name).exists()
        for other in self.world.people:
            user = self.users[other]
            search = read_search(word, {})
            found = find_messages(user=user, reader=reader_of(user.pk), search=search)
            assert [list(rows) for rows in found] == [[] for _ in found]


OURS = tuple(
    invariant.name
    for invariant in list_invariants()
    if invariant.name.partition(".")[0] in ("messaging", "feed")
)


@pytest.mark.django_db
def test_whatever_happens_rows_and_screens_are_what_the_model_says():
    run_state_machine_as_test(
        Talks,
        settings=settings(
            max_examples=8,
            stateful_step_count=30,
            deadline=None,
            # Not shrunk: that takes minutes, and the steps that failed are short enough to read.
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
