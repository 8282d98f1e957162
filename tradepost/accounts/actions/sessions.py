"""Signing out of browsers, also of those that are somewhere else."""

from tradepost.accounts.models import Session, User
from tradepost.kit.errors import NotFound
from tradepost.kit.transactions import atomic


@atomic
def end_session(*, user: User, handle: str) -> None:
    """Sign the user out of the browser whose session has this handle. Raises NotFound."""
    own = Session.objects.filter(user=user)
    keys = [session.session_key for session in own if session.handle == handle]
    if not keys:
        raise NotFound
    own.filter(session_key__in=keys).delete()


@atomic
def end_sessions(*, user: User, but: str | None = None) -> int:
    """Sign the user out of all browsers, ``but`` the one with this session; return of how many."""
    count, _ = Session.objects.filter(user=user).exclude(session_key=but or "").delete()
    return count
