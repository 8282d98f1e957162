"""What people are told about messages."""

from collections.abc import Mapping
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tradepost.notifications.kinds import Offer, register_kind


def register_kinds() -> None:
    """Let people be told."""
    register_kind(
        "message.received",
        sentence=_("{actor} wrote to you."),
        plural=_wrote,
        label=_("Somebody writes to me"),
        link=link_to_conversation,
    )
    register_kind(
        "message.mentioned",
        sentence=_("{actor} named you in a message."),
        label=_("Somebody names me in a message"),
        link=link_to_conversation,
    )
    register_kind(
        "conversation.added",
        sentence=_("{actor} took you into a conversation."),
        label=_("Somebody takes me into a conversation"),
        link=link_to_conversation,
    )
    _register_those_of_reports()


def _register_those_of_reports() -> None:
    register_kind(
        "message.reported",
        sentence=_("{actor} reported a message."),
        label=_("Somebody reports a message, which I may handle"),
        link=_link_to_report,
    )
    register_kind(
        "message.warned",
        sentence=_("A message of yours breaks the rules of this house. Please keep to them."),
        label=_("A warning about what I wrote"),
        link=link_to_conversation,
        in_app=Offer.ALWAYS,
        email=Offer.ALWAYS,
    )


def group_of(conversation_id: UUID) -> str:
    """Return what notifications of one conversation are grouped by; in it they have the numbers of
    their messages."""
    return f"conversation:{conversation_id}"


def link_to_conversation(data: Mapping[str, str | int]) -> str:
    """Return the page of the conversation that a notification is about."""
    return reverse("conversation", args=[data["conversation"]])


def _link_to_report(data: Mapping[str, str | int]) -> str:
    return reverse("admin:messaging_report_change", args=[data["report"]])


def _wrote(others: int) -> str:
    return ngettext(
        "{actor} and {others} other wrote to you.", "{actor} and {others} others wrote to you.",
        others,
    )  # fmt: skip
