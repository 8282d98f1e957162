"""What people fill in to write to each other."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from tradepost.messaging.models import LONGEST_BODY


class MessageForm(forms.Form):
    """A message. Its ``client_id`` comes with the page, so that sending it twice sends it once."""

    body = forms.CharField(
        label=_("Your message"), max_length=LONGEST_BODY, widget=forms.Textarea({"rows": 3})
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def clean_body(self) -> str:
        """Return the text with plain line ends: browsers send others than the API's clients."""
        body: str = self.cleaned_data["body"]
        return body.replace("\r\n", "\n")

    def renew_client_id(self) -> None:
        """Let the next try be a message of its own."""
        self.data = {"body": self.cleaned_data["body"], "client_id": str(uuid4())}


class FindPeopleForm(forms.Form):
    search = forms.CharField(label=_("Name"), max_length=100, widget=forms.SearchInput)


class ReadUpToForm(forms.Form):
    up_to_seq = forms.IntegerField(min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput)
