"""Finding accounts for their owners, who blocks whom, and what is known about a person."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files import File
from django.db.models import QuerySet
from django.utils import timezone

from tradepost.accounts.models import Block, Export, Session, User
from tradepost.accounts.personal_data import Files, json_list, json_object
from tradepost.kit.errors import NotFound
from tradepost.kit.prepared import Prepared

SECRETS = {"password"}


def find_account(*, user_id: str) -> User | None:
    """Return the active account with this id, which a token names."""
    found: User | None = User.objects.filter(pk=user_id, is_active=True).first()
    return found


def list_own_account(*, user: User) -> QuerySet[User]:
    """Return the account of the user, as a list of one."""
    own: QuerySet[User] = User.objects.filter(pk=user.pk)
    return own


def find_account_by_email(*, email: str) -> User | None:
    """Return the active account of this address, in upper or lower case, if it has a password."""
    found: User | None = User.objects.filter(email__iexact=email, is_active=True).first()
    return found if found is not None and found.has_usable_password() else None


def list_blocks(*, user: User) -> QuerySet[Block]:
    """Return whom the user blocks, the latest first, each with the person."""
    return Block.objects.filter(blocker=user).select_related("blocked")


def blocked_by(user: User) -> set[UUID]:
    """Return the ids of the people whom the user blocks."""
    return set(Block.objects.filter(blocker=user).values_list("blocked_id", flat=True))


def blockers_of(user_id: UUID, among: Collection[UUID]) -> set[UUID]:
    """Return who among these people blocks the user."""
    blocks = Block.objects.filter(blocked=user_id, blocker__in=among)
    return set(blocks.values_list("blocker_id", flat=True))


def find_export(*, user: User, now: datetime) -> Export | None:
    """Return the copy of the user's data that is being made or may be fetched."""
    return Export.objects.filter(user=user).standing(now).first()


def open_export(*, user: User, now: datetime) -> File[Any]:
    """Return the file of the user's export, open. Raises NotFound when there is none to fetch."""
    export = find_export(user=user, now=now)
    if export is None or not export.file:
        raise NotFound
    try:
        return export.file.open()
    except FileNotFoundError as error:
        raise NotFound from error


def list_sessions(*, user: User, now: datetime) -> QuerySet[Session]:
    """Return where the user is signed in, the latest first."""
    found: QuerySet[Session] = Session.objects.live(now).filter(user=user)
    return found


def collect_account(user: User) -> Files:
    """Return what accounts know about a user: the account itself, whom they block, and where they
    are signed in."""
    yield "account.json", json_object(_account_of(user))
    yield "blocked_people.json", json_list(_blocks_of(user))
    yield "sign_ins.json", json_list(_sessions_of(user))


def _account_of(user: User) -> Mapping[str, object]:
    columns = [field.attname for field in User._meta.concrete_fields if field.name not in SECRETS]
    groups = sorted(user.groups.values_list("name", flat=True))
    return {**{name: getattr(user, name) for name in columns}, "groups": groups}


def _blocks_of(user: User) -> Iterator[Mapping[str, object]]:
    for block in list_blocks(user=user).iterator():
        yield {"name": str(block.blocked), "blocked_at": block.created_at}


def _sessions_of(user: User) -> Iterator[Mapping[str, object]]:
    for session in list_sessions(user=user, now=timezone.now()):
        yield {"device": session.device, "signed_in_at": session.signed_in_at}


# What requests look at; the rest of an account is loaded when somebody asks for it.
FLAGS = {"is_active", "is_staff", "is_superuser"}
LOADED = {"id", "username", "password", "email", "first_name", "last_name", "role", *FLAGS}
COLUMNS = [field.attname for field in User._meta.concrete_fields if field.attname in LOADED]


def find_open_account(*, user_id: UUID) -> User | None:
    """Return the account of this id, None when there is none or it is closed."""
    row = _open_accounts.first(user_id=user_id)
    if row is None:
        return None
    kept = dict(zip(COLUMNS, row, strict=True), id=user_id)
    values = [bool(kept[name]) if name in FLAGS else kept[name] for name in COLUMNS]
    return User.from_db("default", COLUMNS, values)


def _build_open_accounts(user_id: UUID) -> QuerySet[User, Any]:
    rows: QuerySet[User, Any] = User.objects.filter(pk=user_id, is_active=True).order_by()
    return rows.values_list(*COLUMNS)


_open_accounts = Prepared(_build_open_accounts, places={"user_id": UUID})


def passwords_of(*, user_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the hash of the password of each of these accounts that is open."""
    open_ones = User.objects.filter(pk__in=user_ids, is_active=True)
    return dict(open_ones.values_list("pk", "password"))


def hiding_among(user_ids: Collection[UUID]) -> set[UUID]:
    """Return who among these people does not want others to know whether they are there."""
    hiding = User.objects.filter(pk__in=user_ids, hides_presence=True)
    return set(hiding.values_list("pk", flat=True))
