"""Conversations and messages, shaped for one reader."""

from uuid import UUID

from django.db.models import F, IntegerField, OuterRef, Prefetch, QuerySet, Subquery

from tradepost.accounts.models import User
from tradepost.messaging.errors import NoSuchConversation
from tradepost.messaging.models import Conversation, Message, Participant

MOST_COUNTED = 100  # badges show "99+" beyond
NEWEST_SHOWN = 50
SHOWN_OF_PEOPLE = ("username", "first_name", "last_name", "role")


class BoundedCount(Subquery):
    """How many rows a sliced subquery has."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) bounded)"
    output_field = IntegerField()


def list_conversations(*, user: User) -> QuerySet[Conversation]:
    """Return the user's conversations, newest activity first, ready to be shown in a list.

    Each carries ``my_joined_seq``, ``my_read_seq``, ``unread_count`` (exact up to MOST_COUNTED),
    ``people`` and ``newest`` (its last message). A page takes three queries: conversations,
    people, messages.
    """
    mine = Participant.objects.filter(conversation=OuterRef("pk"), user=user)
    unread = Message.objects.filter(
        conversation=OuterRef("pk"), seq__gt=OuterRef("my_read_seq")
    ).exclude(sender=user)
    last_messages = Message.objects.filter(seq=F("conversation__last_seq"))
    return (
        Conversation.objects.visible_to(user)  # type: ignore[no-redef] # declared on the model
        .annotate(
            my_joined_seq=Subquery(mine.values("joined_seq")),
            my_read_seq=Subquery(mine.values("last_read_seq")),
        )
        .annotate(unread_count=BoundedCount(unread.order_by().values("pk")[:MOST_COUNTED]))
        .select_related("subject_type")
        .prefetch_related(
            Prefetch("memberships", _people(), to_attr="people"),
            Prefetch("messages", _with_sender(last_messages), to_attr="newest"),
        )
    )


def read_conversation(*, user: User, conversation_id: UUID) -> Conversation:
    """Return one conversation as in the list, with ``recent``: its newest messages, oldest first.

    Raises NoSuchConversation for a stranger's.
    """
    conversation = list_conversations(user=user).filter(pk=conversation_id).first()
    if conversation is None:
        raise NoSuchConversation
    newest = list_messages(user=user).filter(conversation=conversation).order_by("-seq")
    conversation.recent = list(reversed(newest[:NEWEST_SHOWN]))  # type: ignore[attr-defined]
    return conversation


def list_messages(*, user: User) -> QuerySet[Message]:
    """Return the messages that the user may see, each with its sender and ``my_read_seq``."""
    mine = Participant.objects.filter(conversation=OuterRef("conversation"), user=user)
    return _with_sender(
        Message.objects.visible_to(user).annotate(  # type: ignore[no-redef] # on the model
            my_read_seq=Subquery(mine.values("last_read_seq"))
        )
    )


def count_unread_conversations(*, user: User) -> int:
    """Return in how many conversations something is unread, up to MOST_COUNTED."""
    unread = (
        Participant.objects.active()
        .filter(user=user, last_read_seq__lt=F("conversation__last_seq"))
        .values("pk")[:MOST_COUNTED]
    )
    return unread.count()


def _people() -> QuerySet[Participant]:
    people = Participant.objects.active().select_related("user").order_by("id")
    return people.only("conversation_id", *(f"user__{name}" for name in SHOWN_OF_PEOPLE))


def _with_sender(messages: QuerySet[Message]) -> QuerySet[Message]:
    """Load senders without what is never shown of them; deferred, should it be asked for."""
    hidden = ("password", "email", "last_login", "date_joined", "phone_number", "created_at")
    return messages.select_related("sender").defer(*(f"sender__{name}" for name in hidden))
