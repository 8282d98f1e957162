"""What pages call conversations, people and messages."""

from django.conf import settings
from django.utils.translation import gettext as _

from tradepost.accounts.models import User
from tradepost.messaging.queries.conversation_rows import ConversationRow
from tradepost.messaging.rows import Shown


def name_of(conversation: ConversationRow, reader: User) -> str:
    """Return the title, or who else takes part."""
    others = [str(person) for person in conversation.participants if person.user_id != reader.pk]
    return conversation.title or ", ".join(others) or _("Only you")


def author_of(message: Shown, reader: User) -> str:
    """Return who wrote a message."""
    sender = message["sender"]
    if not isinstance(sender, dict):
        return settings.SITE_NAME if message["kind"] == "card" else _("Somebody who has left")
    if sender["user_id"] == reader.pk:
        return _("You")
    return f"{sender['first_name']} {sender['last_name']}".strip() or str(sender["username"])


def gist_of(message: Shown) -> str:
    """Return in a line what a message says, or why it says nothing."""
    if message["deleted"]:
        return _("This message was deleted.")
    if message["hidden"]:
        return _("This message was hidden because it breaks the rules.")
    if message["is_withheld"]:
        return _("You have blocked who wrote this.")
    files = message["attachments"]
    names = ", ".join(str(file["name"]) for file in files) if isinstance(files, list) else ""
    return str(message["message_body"]) or names
