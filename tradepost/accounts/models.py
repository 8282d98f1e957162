"""The user, whom a user wants no word from, where a user is signed in, and the copy of what is
known about a user."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from tradepost.kit.ids import uuid7


def ascii_only(text: str) -> None:
    """Refuse letters beyond ASCII."""
    if not text.isascii():
        raise ValidationError(_("Enter a valid email address."), code="invalid")


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: User) -> UserQuerySet:
        """Active people whom ``user`` may find by name: not the caller, nor who blocked them."""
        blocking = Block.objects.filter(blocker=OuterRef("pk"), blocked=user.pk)
        return self.filter(~Exists(blocking), is_active=True).exclude(pk=user.pk)


class Users(UserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **fields: Any
    ) -> User:
        """Make a user who may do everything; the role says so too."""
        fields.setdefault("role", User.Role.ADMIN)
        user: User = super().create_superuser(username, email, password, **fields)
        return user


class User(AbstractUser):
    """A person with an account, known to the outside by a UUID."""

    class Role(models.TextChoices):
        GUEST = "guest", _("Guest")
        HOST = "host", _("Host")
        ADMIN = "admin", _("Admin")

    # ASCII, because databases disagree on what is the same letter in upper and lower case beyond
    # it, and because names that only look alike are a way to pass for somebody else.
    username_validator = ASCIIUsernameValidator()  # type: ignore[assignment]

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField(
        _("username"),
        max_length=150,
        unique=True,
        help_text=_("At most 150 letters (a to z), digits and @/./+/-/_"),
        validators=[username_validator],
        error_messages={"unique": _("A user with that username already exists.")},
    )
    first_name = models.CharField(_("first name"), max_length=150)
    last_name = models.CharField(_("last name"), max_length=150)
    email = models.EmailField(_("email address"), validators=[ascii_only])
    phone_number = models.CharField(max_length=32, blank=True, default="")
    role = models.CharField(max_length=5, choices=Role.choices, default=Role.GUEST)
    hides_presence = models.BooleanField(
        _("hides presence"),
        default=False,
        help_text=_("Nobody is told when this person is online, or last was."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = Users()

    REQUIRED_FIELDS: ClassVar[list[str]] = ["email", "first_name", "last_name"]

    class Meta(AbstractUser.Meta):
        ordering = ["username", "id"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="one_account_per_email",
                violation_error_message=_("A user with that email already exists."),
            ),
            models.UniqueConstraint(
                Lower("username"),
                name="one_account_per_username",
                violation_error_message=_("A user with that username already exists."),
            ),
            models.CheckConstraint(condition=~Q(email=""), name="user_has_email"),
            models.CheckConstraint(
                condition=Q(role__in=["guest", "host", "admin"]), name="user_role_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(role="admin") | Q(is_staff=True), name="admins_are_staff"
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class Block(models.Model):
    """That one person wants no word from another, who is not told."""

    blocker = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,  # `block_once` serves
    )
    blocked = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="block_once"),
            models.CheckConstraint(condition=~Q(blocker=F("blocked")), name="block_of_another"),
        ]

    def __str__(self) -> str:
        return f"{self.blocker_id} blocks {self.blocked_id}"


class SessionQuerySet(models.QuerySet["Session"]):
    def live(self, now: datetime) -> SessionQuerySet:
        """Those that have not ended."""
        return self.filter(expire_date__gt=now)


class Session(AbstractBaseSession):
    """What the pages remember of a browser; with a ``user`` once somebody has signed in there.

    Its key is a password: outside of the browser's cookie it is known by ``handle``.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    device = models.CharField(max_length=60, blank=True, default="")
    signed_in_at = models.DateTimeField(null=True)

    objects: ClassVar = BaseSessionManager.from_queryset(SessionQuerySet)()

    class Meta(AbstractBaseSession.Meta):
        ordering = ["-signed_in_at", "pk"]

    @classmethod
    def get_session_store_class(cls) -> Any:
        """Return the engine, as the manager asks for it."""
        from tradepost.accounts.sessions import SessionStore  # which needs the model

        return SessionStore

    @property
    def handle(self) -> str:
        """A name that lets nobody in."""
        return sha256(self.session_key.encode()).hexdigest()[:32]


class ExportQuerySet(models.QuerySet["Export"]):
    def standing(self, now: datetime) -> ExportQuerySet:
        """Those that will be ready, and those that may be fetched."""
        ready = Q(state=Export.State.READY, expires_at__gt=now)
        return self.filter(Q(state=Export.State.ASKED) | ready)


class Export(models.Model):
    """A copy of everything that is known about a user, for that user; the latest one only."""

    class State(models.TextChoices):
        ASKED = "asked", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=6, choices=State.choices, default=State.ASKED)
    file = models.FileField(blank=True, default="", editable=False)
    asked_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, db_index=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["asked", "failed"], file="", expires_at=None)
                | Q(state="ready", ready_at__isnull=False, expires_at__isnull=False) & ~Q(file=""),
                name="export_has_file_when_ready",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.state}"
