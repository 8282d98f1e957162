"""Links in mails that stop them, without signing in."""

from uuid import UUID

from django.core import signing

from tradepost.notifications.errors import BadLink

SALT = "notifications.stop-mail"


def sign_unsubscription(*, user_id: UUID, which: str) -> str:
    """Return the token by which anybody who has it stops these mails to the user."""
    return signing.dumps([user_id.hex, which], salt=SALT)


def read_unsubscription(token: str) -> tuple[UUID, str]:
    """Return whose mails, and which, a token stops. Raises BadLink for one that we did not make.

    It has no end: somebody may look for the link in an old mail.
    """
    try:
        user_id, which = signing.loads(token, salt=SALT)
        return UUID(user_id), which
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise BadLink from error
