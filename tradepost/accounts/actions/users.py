"""Making, changing and ending accounts."""

from django.db import IntegrityError, transaction

from tradepost.accounts.errors import EmailTaken, UsernameTaken
from tradepost.accounts.models import User
from tradepost.kit.idempotency import forget_answers
from tradepost.kit.transactions import atomic


@atomic
def register_user(
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
    try:
        with transaction.atomic():
            user: User = User.objects.create_user(
                username,
                email,
                password,
                first_name=first_name,
                last_name=last_name,
                phone_number=phone_number,
                role=role,
            )
            return user
    except IntegrityError as error:
        if User.objects.filter(username__iexact=username).exists():
            raise UsernameTaken(field="username") from error
        if User.objects.filter(email__iexact=email).exists():
            raise EmailTaken(field="email") from error
        raise


@atomic
def change_profile(*, user: User, first_name: str, last_name: str, phone_number: str) -> User:
    """Change what other people call the user and how to ring them."""
    user.first_name = first_name
    user.last_name = last_name
    user.phone_number = phone_number
    user.save(update_fields=["first_name", "last_name", "phone_number"])
    return user


@atomic
def change_username(*, user: User, username: str) -> None:
    """Let the person sign in by another name. Raises UsernameTaken, in any case of letters."""
    if User.objects.filter(username__iexact=username).exclude(pk=user.pk).exists():
        raise UsernameTaken(field="new_username")
    user.username = username
    try:
        user.save(update_fields=["username"])
    except IntegrityError as error:  # somebody else took it at this very moment
        raise UsernameTaken(field="new_username") from error


@atomic
def close_account(*, user: User) -> None:
    """End the account and take the person's name and address off it.

    The row stays, nameless, because orders and other people's conversations refer to it.
    """
    user.username = f"deleted-{user.pk}"
    user.email = f"{user.pk}@deleted.invalid"
    user.first_name = "Deleted"
    user.last_name = "user"
    user.phone_number = ""
    user.is_active = False
    user.set_unusable_password()
    user.save()
    forget_answers(owner=f"user:{user.pk}")
