"""Making, changing and ending accounts.

A password is hashed before the transaction begins: the hash takes tens of milliseconds on purpose,
and nobody else should wait for it. Every change locks the account and looks whether it is still
open, because whoever asks may have been signed in before it was closed.
"""

from collections.abc import Collection
from uuid import uuid4

from axes.models import AccessAttempt
from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import UserManager
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError
from django.db.models import Model, Q, Value
from django.db.models.functions import Lower

from tradepost.accounts.actions.sessions import end_sessions
from tradepost.accounts.errors import AccountClosed, EmailTaken, UsernameTaken
from tradepost.accounts.models import Block, Export, User
from tradepost.accounts.queries import find_account_by_email
from tradepost.accounts.signals import account_changed, account_closed
from tradepost.kit.idempotency import forget_answers
from tradepost.kit.jobs import enqueue
from tradepost.kit.locks import weak
from tradepost.kit.models import Job
from tradepost.kit.transactions import atomic, unit_of_work

NOBODY = "Deleted user"


def register_user(  # house: allow A1 because the password is hashed before the transaction
    *,
    username: str,
    email: str,
    password: str,
    first_name: str,
    last_name: str,
    phone_number: str = "",
    role: str = User.Role.GUEST,
) -> User:
    """Make an account. Raises EmailTaken or UsernameTaken; both ignore upper and lower case."""
    user = User(
        username=User.normalize_username(username),
        email=UserManager.normalize_email(email),
        password=make_password(password),
        first_name=first_name,
        last_name=last_name,
        phone_number=phone_number,
        role=role,
    )
    with unit_of_work():
        _insert(user)
    return user


@atomic
def change_profile(
    *, user: User, first_name: str, last_name: str, phone_number: str, hides_presence: bool
) -> User:
    """Change what other people call the user, how to ring them, and whether they see the user come
    and go. Raises AccountClosed."""
    account = lock_account(user)
    account.first_name = first_name
    account.last_name = last_name
    account.phone_number = phone_number
    account.hides_presence = hides_presence
    account.save(update_fields=["first_name", "last_name", "phone_number", "hides_presence"])
    account_changed.send(sender=User, user=account)
    return account


@atomic
def change_username(*, user: User, username: str) -> None:
    """Let the person sign in by another name.

    Raises UsernameTaken, in upper or lower case, and AccountClosed.
    """
    account = lock_account(user)
    if User.objects.filter(username__iexact=username).exclude(pk=user.pk).exists():
        raise UsernameTaken(field="new_username")
    account.username = username
    try:
        account.save(update_fields=["username"])
    except IntegrityError as error:  # somebody else took it at this very moment
        raise UsernameTaken(field="new_username") from error
    account_changed.send(sender=User, user=account)


def set_password(  # house: allow A1 because the password is hashed before the transaction
    *, user: User, password: str
) -> User:
    """Give the account another password, which ends its sessions. Raises AccountClosed."""
    hashed = make_password(password)
    with unit_of_work():
        account = lock_account(user)
        account.password = hashed
        account.save(update_fields=["password"])
        end_sessions(user=account)
    return account


@atomic
def ask_for_new_password(*, email: str) -> None:
    """Have a link mailed to the account of this address, if there is one; tell nobody which."""
    user = find_account_by_email(email=email)
    if user is not None:
        enqueue("accounts.send_password_reset", user_id=str(user.pk))


@atomic
def close_account(*, user: User) -> None:
    """End the account and take the person's name and address off it; a closed one stays as it is.

    The row stays, nameless, because orders and other people's conversations refer to it.
    """
    account = User.objects.select_for_update(no_key=weak()).get(pk=user.pk)
    if not account.is_active:
        return
    # Before the row changes: what other apps lock is locked while others may still refer to it.
    account_closed.send(sender=User, user=account)
    forget_traces(user=account)  # while it still has the names to find them by
    nobody = uuid4().hex  # that nobody can have registered before
    account.username = f"deleted-{nobody}"
    account.email = f"{nobody}@deleted.invalid"
    account.first_name, account.last_name = NOBODY.split()
    account.phone_number = ""
    account.is_active = False
    account.set_unusable_password()
    account.save()
    Block.objects.filter(Q(blocker=account) | Q(blocked=account)).delete()
    Export.objects.filter(user=account).delete()
    end_sessions(user=account)


@atomic
def forget_traces(*, user: User) -> None:
    """Forget what names a user and does not go with the row: kept answers, tries to sign in, who
    it was that the admin changed, and errors of mails to the address."""
    forget_answers(owner=f"user:{user.pk}")
    tries = Q(username__iexact=user.username) | Q(username__iexact=user.email)
    AccessAttempt.objects.filter(tries).delete()
    forget_history(of=User, keys=[user.pk])
    Job.objects.filter(last_error__icontains=user.email).update(last_error="")
    enqueue("kit.forget_person", person_id=str(user.pk))  # what takes longer to find


@atomic
def forget_history(*, of: type[Model], keys: Collection[object]) -> None:
    """Take the names out of the admin's history of rows that are called like a person, or like
    what a person wrote."""
    about = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(of))
    of_rows = about.filter(object_id__in=[str(key) for key in keys])
    of_rows.update(object_repr=NOBODY, change_message="[]")


def lock_account(user: User) -> User:
    """Return the account as it is now, locked until the transaction ends. Raises AccountClosed.

    The lock is a weak one: whoever holds a cart may meanwhile write rows that name the account.
    """
    rows = User.objects.select_for_update(no_key=weak())
    account: User | None = rows.filter(pk=user.pk, is_active=True).first()
    if account is None:
        raise AccountClosed
    return account


def _insert(user: User) -> None:
    try:
        with unit_of_work(savepoint=True):
            user.save(force_insert=True)
    except IntegrityError as error:
        if _is_taken("username", user.username):
            raise UsernameTaken(field="username") from error
        if _is_taken("email", user.email):
            raise EmailTaken(field="email") from error
        raise


def _is_taken(column: str, value: str) -> bool:
    """Ask the database in the words of its constraint: it knows best which letters are the same."""
    rows = User.objects.annotate(lowered=Lower(column))
    return bool(rows.filter(lowered=Lower(Value(value))).exists())
