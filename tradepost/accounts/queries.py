"""Finding accounts for their owners: by what only they should know, before they are signed in."""

from tradepost.accounts.models import User


def find_account(*, user_id: str) -> User | None:
    """Return the active account with this id, which a token names."""
    found: User | None = User.objects.filter(pk=user_id, is_active=True).first()
    return found


def find_account_by_email(*, email: str) -> User | None:
    """Return the active account of this address, in upper or lower case, if it has a password."""
    found: User | None = User.objects.filter(email__iexact=email, is_active=True).first()
    return found if found is not None and found.has_usable_password() else None
