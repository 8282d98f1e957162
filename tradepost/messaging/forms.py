"""What people fill in to write to each other."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from tradepost.kit.errors import DomainError, Invalid, NotFound
from tradepost.kit.search import LONGEST_SEARCH
from tradepost.messaging.actions.places import Arrangement
from tradepost.messaging.errors import ClientIdReused
from tradepost.messaging.files import KINDS
from tradepost.messaging.models import LONGEST_BODY, Conversation, Participant, Report
from tradepost.messaging.models.conversations import LONGEST_TITLE, WITHOUT_END
from tradepost.messaging.models.messages import LONGEST_EMOJI
from tradepost.messaging.models.reports import LONGEST_NOTE
from tradepost.messaging.queries.conversation_rows import OwnPlace
from tradepost.messaging.queries.conversations import Filters

LARGEST_NUMBER = 2**53  # of a message in an address
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
# What actions call the parts of their input, where a form calls it otherwise.
FIELDS = MappingProxyType({"message_body": "body", "file": "attachments"})


class RefusableForm(forms.Form):
    """A form whose deed may be refused, which is then said in it."""

    def refuse(self, error: DomainError) -> None:
        """Say why not; what is missing altogether is nothing that a form could say."""
        if isinstance(error, NotFound):
            raise error
        field = error.field if isinstance(error, Invalid) else None
        field = FIELDS.get(field or "", field)
        self.add_error(field if field in self.fields else None, str(error))


class FilesField(forms.FileField):
    """Several files, or none; the action says which ones are let in."""

    class Input(forms.FileInput):
        allow_multiple_selected = True

    widget = Input

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files = []
        for file in data or ():
            files.append(super().clean(file, initial))
        return files


class TextForm(RefusableForm):
    """A text. Its ``client_id`` comes with the page, so that sending it twice sends it once."""

    body = forms.CharField(
        label=_("Your message"), max_length=LONGEST_BODY, widget=forms.Textarea({"rows": 3})
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def clean_body(self) -> str:
        """Return the text with plain line ends: browsers send others than the API's clients."""
        body: str = self.cleaned_data["body"]
        return body.replace("\r\n", "\n")

    def clean_client_id(self) -> str:
        return str(self.cleaned_data["client_id"])

    def refuse(self, error: DomainError) -> None:
        """Say why not; under an id that was used up, the next try is a message of its own."""
        if not isinstance(error, ClientIdReused):
            super().refuse(error)
            return
        self.data = {**dict(self.data.items()), "client_id": str(uuid4())}
        again = _("This page had sent another message. Send again if you want to.")
        self.add_error("body", again)


class MessageForm(TextForm):
    """A message in a conversation, perhaps an answer to another one, with files or without text."""

    attachments = FilesField(
        label=_("Files"), required=False,
        widget=FilesField.Input({"accept": ",".join(f".{kind}" for kind in sorted(KINDS))}),
    )  # fmt: skip
    parent_id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].required = False

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if not said.get("body") and not said.get("attachments") and not self.errors:
            self.add_error("body", _("A message needs some text or a file."))
        return said


class EditForm(RefusableForm):
    """A text of one's own anew; ``version`` is the one that was shown."""

    body = forms.CharField(
        label=_("Your message"), max_length=LONGEST_BODY, required=False,
        widget=forms.Textarea({"rows": 5}),
    )  # fmt: skip
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    clean_body = TextForm.clean_body


class ReactionForm(forms.Form):
    emoji = forms.CharField(max_length=LONGEST_EMOJI)


class PressForm(forms.Form):
    button = forms.CharField(max_length=100)


class ReportForm(RefusableForm):
    """Why a message should be looked at."""

    LABELS = MappingProxyType(
        {
            Report.Reason.SPAM: _("It is advertising that nobody asked for"),
            Report.Reason.FRAUD: _("It tries to cheat"),
            Report.Reason.HARASSMENT: _("It harasses or threatens"),
            Report.Reason.ILLEGAL: _("It is against the law"),
            Report.Reason.OTHER: _("Something else"),
        }
    )
    reason = forms.ChoiceField(
        label=_("What is wrong with it?"), widget=forms.RadioSelect,
        choices=[(reason.value, label) for reason, label in LABELS.items()],
    )  # fmt: skip
    note = forms.CharField(
        label=_("What else should be known"), required=False, max_length=LONGEST_NOTE,
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip


class FindPeopleForm(forms.Form):
    search = forms.CharField(label=_("Name"), max_length=100, widget=forms.SearchInput)


class GroupForm(RefusableForm):
    """A conversation of several; ``client_id`` as in TextForm."""

    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE, required=False)
    participant_ids = forms.TypedMultipleChoiceField(coerce=UUID, widget=forms.MultipleHiddenInput)
    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["participant_ids"].choices = people  # type: ignore[attr-defined]


class TitleForm(RefusableForm):
    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE, required=False)


class MemberForm(RefusableForm):
    user_id = forms.UUIDField(widget=forms.HiddenInput)


class NewMemberForm(MemberForm):
    show_history = forms.BooleanField(label=_("Let them see what was said before"), required=False)


class StateForm(forms.Form):
    """How the matter stands; to put it off names for how long."""

    SNOOZED = MappingProxyType({"day": DAY, "week": WEEK})
    LABELS = MappingProxyType(
        {
            Conversation.State.OPEN.value: _("Open"),
            Conversation.State.WAITING.value: _("Waiting for an answer"),
            "day": _("Put off for a day"),
            "week": _("Put off for a week"),
            Conversation.State.CLOSED.value: _("Closed"),
        }
    )
    state = forms.ChoiceField(label=_("It is"), choices=LABELS.items())

    def asked(self, now: datetime) -> dict[str, Any]:
        """Return what ``set_conversation_state`` takes."""
        state = self.cleaned_data["state"]
        if state in self.SNOOZED:
            until = now + self.SNOOZED[state]
            return {"state": Conversation.State.SNOOZED.value, "snoozed_until": until}
        return {"state": state}


class ArrangeForm(forms.Form):
    """How somebody wants to have a conversation for themselves."""

    MUTED = MappingProxyType({"hour": HOUR, "night": 8 * HOUR, "week": WEEK})
    pinned = forms.BooleanField(label=_("Keep it at the top of the inbox"), required=False)
    archived = forms.BooleanField(
        label=_("Archive it, until something new is said"), required=False
    )
    notify = forms.ChoiceField(
        label=_("Tell me of"),
        choices=[
            (Participant.Notify.ALL.value, _("everything that is written")),
            (Participant.Notify.MENTIONS.value, _("messages that name me")),
            (Participant.Notify.NOTHING.value, _("nothing")),
        ],
    )
    muted = forms.ChoiceField(
        label=_("Mute it"),
        choices=[
            ("no", _("not at all")),
            ("hour", _("for an hour")),
            ("night", _("for 8 hours")),
            ("week", _("for a week")),
            ("ever", _("until I change it")),
        ],
    )

    def __init__(self, data: Any = None, *, place: OwnPlace, now: datetime) -> None:
        is_muted = place.muted_until is not None and place.muted_until > now
        initial = {
            "pinned": place.pinned_at is not None, "archived": place.archived,
            "notify": place.notify, "muted": "as-it-is" if is_muted else "no",
        }  # fmt: skip
        super().__init__(data, initial=initial)
        if is_muted:
            as_it_is = ("as-it-is", _("as long as it is now"))
            self.fields["muted"].choices.insert(1, as_it_is)  # type: ignore[attr-defined]
        if place.has_left:
            for name in ("pinned", "notify", "muted"):
                del self.fields[name]

    def asked(self, now: datetime) -> Arrangement:
        """Return what ``arrange_conversation`` takes."""
        said = dict(self.cleaned_data)
        muted = said.pop("muted", "as-it-is")
        if muted != "as-it-is":
            said["muted_until"] = self._end_of(muted, now)
        asked: Arrangement = said  # type: ignore[assignment] # the fields are called like it
        return asked

    def _end_of(self, muted: str, now: datetime) -> datetime | None:
        if muted == "ever":
            return WITHOUT_END
        return now + self.MUTED[muted] if muted in self.MUTED else None


class InboxForm(forms.Form):
    """Which conversations the inbox shows."""

    search = forms.CharField(
        label=_("Title or name"), required=False, max_length=LONGEST_SEARCH,
        widget=forms.SearchInput,
    )  # fmt: skip
    show = forms.ChoiceField(
        label=_("Show"), required=False,
        choices=[
            ("open", _("Current")), ("archived", _("Archived")), ("left", _("Left")),
            ("all", _("All")),
        ],
    )  # fmt: skip
    unread = forms.BooleanField(label=_("Only unread"), required=False)

    def asked(self) -> Filters:
        """Return what is asked for; what cannot be read is as good as not said."""
        self.is_valid()
        said = self.cleaned_data
        return Filters(
            show=said.get("show") or "open",
            unread=said.get("unread") or None,
            search=said.get("search", ""),
        )


class SearchForm(RefusableForm):
    """What to look for in messages; ``before`` a message, on later pages."""

    q = forms.CharField(
        label=_("Words"), max_length=LONGEST_SEARCH, widget=forms.SearchInput,
        help_text=_("Also “a phrase”, -word, from:name, in:@name, has:picture, after:2026-05-31"),
    )  # fmt: skip
    before = forms.UUIDField(required=False, widget=forms.HiddenInput)


class ReadUpToForm(forms.Form):
    up_to_seq = forms.IntegerField(min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput)


class PlaceForm(forms.Form):
    """Where in a conversation a page begins: before a message, or with one in its middle."""

    before = forms.IntegerField(min_value=0, max_value=LARGEST_NUMBER, required=False)
    around = forms.IntegerField(min_value=0, max_value=LARGEST_NUMBER, required=False)
    reply = forms.UUIDField(required=False)


class ThreadForm(forms.Form):
    after = forms.IntegerField(min_value=0, max_value=LARGEST_NUMBER, required=False)
