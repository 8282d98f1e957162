"""What people fill in about themselves."""

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.password_validation import (
    password_validators_help_texts,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from tradepost.accounts.models import User

NAMES = {
    "first_name": forms.TextInput({"autocomplete": "given-name"}),
    "last_name": forms.TextInput({"autocomplete": "family-name"}),
    "phone_number": forms.TextInput({"autocomplete": "tel", "type": "tel"}),
}


def _password_rules() -> str:
    return " ".join(str(text) for text in password_validators_help_texts())


def _of_user(name: str, **options: Any) -> Any:
    """Return the form field for a column of the user."""
    return User._meta.get_field(name).formfield(**options)  # type: ignore[union-attr]


class RegisterForm(forms.Form):
    """The words for a new account; ``cleaned_data`` is what ``register_user`` takes.

    It is no model form: those ask the database whether names are free, which is the action's to
    say, and say it of no field.
    """

    first_name = _of_user("first_name", widget=NAMES["first_name"])
    last_name = _of_user("last_name", widget=NAMES["last_name"])
    username = _of_user(
        "username",
        validators=[User.username_validator],
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none"}),
    )
    email = _of_user("email", widget=forms.EmailInput({"autocomplete": "email"}))
    phone_number = _of_user("phone_number", widget=NAMES["phone_number"])
    role = forms.ChoiceField(
        label=_("I am here as"),
        choices=[
            (User.Role.GUEST.value, _("a guest, to buy and to book")),
            (User.Role.HOST.value, _("a host, to offer places to stay")),
        ],
        initial=User.Role.GUEST.value,
        widget=forms.RadioSelect,
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=lazy(_password_rules, str)(),
    )

    def clean(self) -> dict[str, Any]:
        """Hold the password against the rest."""
        given = self.cleaned_data
        person = User(**{name: value for name, value in given.items() if name != "password"})
        try:
            validate_password(given.get("password", ""), person)
        except ValidationError as problems:
            if "password" in given:
                self.add_error("password", problems)
        return given


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """What one may change; ``cleaned_data`` is what ``change_profile`` takes."""

    class Meta:
        model = User
        fields = ["first_name", "last_name", "phone_number", "hides_presence"]
        widgets = NAMES


class ForgotPasswordForm(forms.Form):
    email = _of_user("email", widget=forms.EmailInput({"autocomplete": "email"}))


class LeaveForm(forms.Form):
    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    """Django's, without the rules as a list inside the text."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = _password_rules()
