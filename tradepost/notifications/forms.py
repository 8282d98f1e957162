"""The form of the preferences."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tradepost.notifications.actions.preferences import Switch
from tradepost.notifications.kinds import OF_KINDS, Channel
from tradepost.notifications.queries import Choices, KindChoice


class PreferencesForm(forms.Form):
    """A check box for each channel of each kind, those that are fixed greyed out."""

    email = forms.BooleanField(required=False, label=_("Mail me what I have missed"))
    digest = forms.BooleanField(
        required=False, label=_("Mail me once a day everything that I have not read")
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, choices: Choices) -> None:
        super().__init__(data, initial={"email": choices.email, "digest": choices.digest})
        self._choices = choices.kinds
        for choice in choices.kinds:
            for channel in OF_KINDS:
                self.fields[_name(choice, channel)] = forms.BooleanField(
                    required=False,
                    initial=choice.channels[channel],
                    disabled=channel not in choice.may_be_switched,
                    label=f"{choice.label} {channel.label}",
                )

    @property
    def rows(self) -> list[tuple[str, list[forms.BoundField]]]:
        """What a kind is called, and its boxes in the order of the channels."""
        return [
            (choice.label, [self[_name(choice, channel)] for channel in OF_KINDS])
            for choice in self._choices
        ]

    @property
    def columns(self) -> list[str]:
        """What the channels are called."""
        return [str(channel.label) for channel in OF_KINDS]

    def switches(self) -> dict[Switch, bool]:
        """Return what the valid form says of everything that may be switched."""
        switches: dict[Switch, bool] = {
            ("", channel): self.cleaned_data[channel.value]
            for channel in (Channel.EMAIL, Channel.DIGEST)
        }
        for choice in self._choices:
            for channel in choice.may_be_switched:
                switches[choice.kind, channel] = self.cleaned_data[_name(choice, channel)]
        return switches


def _name(choice: KindChoice, channel: Channel) -> str:
    return f"{choice.kind}:{channel}"
