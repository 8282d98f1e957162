"""What the feed carries of conversations."""

from uuid import UUID

from tradepost.feed.kinds import register_event


def register_events() -> None:
    """Say what can happen to messages and conversations, and to the user's places in them."""
    _register_those_of_messages()
    _register_those_below_messages()
    _register_those_of_conversations()
    _register_those_of_places()


def _register_those_of_messages() -> None:
    register_event(
        "message.created",
        sentence="Somebody, perhaps the user on another device, said something in a conversation; "
        "or the house did: who came and left, what it is called, how the matter stands.",
        conversation=UUID, message=UUID, seq=int,
    )  # fmt: skip
    register_event(
        "message.edited",
        sentence="A message says something else.",
        conversation=UUID, message=UUID, seq=int,
    )  # fmt: skip
    register_event(
        "message.deleted",
        sentence="A message was taken back, or what it had said before is forgotten for good.",
        conversation=UUID, message=UUID, seq=int,
    )  # fmt: skip
    register_event(
        "message.restored",
        sentence="A message is shown again that was taken back or hidden.",
        conversation=UUID, message=UUID, seq=int,
    )  # fmt: skip
    register_event(
        "message.hidden",
        sentence="A message is not shown any more, because those who keep the peace found it "
        "wrong.",
        conversation=UUID, message=UUID, seq=int,
    )  # fmt: skip


def _register_those_below_messages() -> None:
    register_event(
        "reaction.added",
        sentence="Somebody put an emoji below a message.",
        conversation=UUID, message=UUID, user=UUID,
    )  # fmt: skip
    register_event(
        "reaction.removed",
        sentence="Somebody took an emoji away that they had put below a message.",
        conversation=UUID, message=UUID, user=UUID,
    )  # fmt: skip
    register_event(
        "attachment.ready",
        sentence="A picture of a message that was sent has its small form now.",
        conversation=UUID, message=UUID, attachment=UUID,
    )  # fmt: skip


def _register_those_of_conversations() -> None:
    register_event(
        "conversation.created",
        sentence="The user takes part in a conversation that was opened.",
        conversation=UUID,
    )
    register_event(
        "conversation.people_changed",
        sentence="Somebody, perhaps the user, came into a conversation or left it.",
        conversation=UUID,
    )
    register_event(
        "conversation.erased",
        sentence="Somebody closed their account; what they wrote in a conversation is forgotten.",
        conversation=UUID, user=UUID,
    )  # fmt: skip


def _register_those_of_places() -> None:
    register_event(
        "conversation.read",
        sentence="Somebody, perhaps the user on another device, has read a conversation up to "
        "the message `seq`.",
        conversation=UUID, user=UUID, seq=int,
    )  # fmt: skip
    register_event(
        "conversation.arranged",
        sentence="The user archived, pinned, muted or marked a conversation as unread, ended "
        "that, or chose what to be told of it.",
        conversation=UUID,
    )
