"""What guests fill in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tradepost.kit.forms.fields import day_field, price_field
from tradepost.kit.search import LONGEST_SEARCH, MOST_WORDS, words_of
from tradepost.kit.stars import IN_WORDS
from tradepost.stays.cells import BadBounds, Bounds, read_bounds
from tradepost.stays.models import Property
from tradepost.stays.models.properties import MOST_GUESTS
from tradepost.stays.models.reviews import LONGEST_REVIEW
from tradepost.stays.queries.properties import list_amenities
from tradepost.stays.queries.wishes import ORDERINGS, Wish
from tradepost.stays.quotes import Stay

LONGEST_QUOTE = 4000  # letters

ORDERS = {
    "": _("newest first"),
    "price": _("cheapest first"),
    "-price": _("dearest first"),
    "-rating": _("best rated first"),
}
FIRST = ("search", "from", "to", "guests", "ordering")
MORE = ("min_price", "max_price", "room_type", "instant", "amenities")
INSTANT = {"": _("either"), "yes": _("at once"), "no": _("on request")}


def _guests(**options: Any) -> forms.IntegerField:
    return forms.IntegerField(label=_("Guests"), min_value=1, **options)


class PlaceSearchForm(forms.Form):
    """What places are looked for by. A field with a mistake narrows nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        amenities = [(one.pk, one.name) for one in list_amenities()]
        self.fields |= {  # not in the class: "from" is a word of Python's
            "search": forms.CharField(
                label=_("Where, or which words"),
                required=False,
                max_length=LONGEST_SEARCH,
                widget=forms.SearchInput,
            ),
            "from": day_field(_("Arrival"), required=False),
            "to": day_field(_("Departure"), required=False),
            "guests": _guests(required=False, max_value=MOST_GUESTS),
            "min_price": price_field(_("Night from")),
            "max_price": price_field(_("Night up to")),
            "room_type": forms.ChoiceField(
                label=_("Kind"),
                required=False,
                choices=[("", _("any")), *Property.RoomType.choices],
            ),
            "instant": forms.ChoiceField(
                label=_("Booked"), required=False, choices=list(INSTANT.items())
            ),
            "ordering": forms.ChoiceField(
                label=_("Order"), required=False, choices=list(ORDERS.items())
            ),
            "amenities": forms.MultipleChoiceField(
                label=_("It has"),
                required=False,
                choices=amenities,
                widget=forms.CheckboxSelectMultiple,
            ),
            "bounds": forms.CharField(required=False, widget=forms.HiddenInput),
        }

    def first_fields(self) -> list[forms.BoundField]:
        """Return what nearly everybody says."""
        return [self[name] for name in FIRST]

    def more_fields(self) -> list[forms.BoundField]:
        """Return what can be said besides."""
        return [self[name] for name in MORE]

    def says_more(self) -> bool:
        """Return whether something of it was said."""
        return any(self.data.get(name) for name in MORE)

    def wish(self) -> Wish:
        """Return what is looked for, as far as it is said without a mistake."""
        self.is_valid()
        said = self.cleaned_data
        return Wish(
            start=said.get("from"),
            end=said.get("to"),
            guests=said.get("guests"),
            bounds=said.get("bounds") or None,
            min_price=said.get("min_price"),
            max_price=said.get("max_price"),
            amenities=said.get("amenities") or (),
            room_type=said.get("room_type") or None,
            is_instant={"yes": True, "no": False}.get(said.get("instant", "")),
            text=said.get("search", ""),
        )

    def keys(self) -> tuple[str, ...]:
        """Return the columns that the places are ordered by."""
        return ORDERINGS[self.cleaned_data.get("ordering") or "newest"]

    def clean_search(self) -> str:
        search: str = self.cleaned_data["search"]
        if len(words_of(search)) > MOST_WORDS:
            raise forms.ValidationError(_("At most %(most)s words.") % {"most": MOST_WORDS})
        return search

    def clean_bounds(self) -> Bounds | None:
        try:
            return read_bounds(said) if (said := self.cleaned_data["bounds"]) else None
        except BadBounds as error:
            raise forms.ValidationError(_("That is no piece of the map.")) from error

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        start, end = said.get("from"), said.get("to")
        for missing, other, name in ((start, end, "from"), (end, start, "to")):
            if missing is None and other is not None and not self.has_error(name):
                self.add_error(name, _("Both days are needed, or none."))
        lowest, highest = said.get("min_price"), said.get("max_price")
        if lowest is not None and highest is not None and lowest > highest:
            self.add_error("max_price", _("Not below the lowest price."))
        return said


class StayForm(forms.Form):
    """A stay that somebody thinks of."""

    start_date = day_field(_("Arrival"))
    end_date = day_field(_("Departure"))
    guests = _guests(max_value=MOST_GUESTS, initial=1)

    def stay(self) -> Stay:
        """Return what was filled in."""
        return Stay(
            **{name: self.cleaned_data[name] for name in ("start_date", "end_date", "guests")}
        )


class BookForm(StayForm):
    """A stay at the price that was shown: ``quote`` is the signed word for it, ``total`` what it
    said."""

    quote = forms.CharField(max_length=LONGEST_QUOTE, widget=forms.HiddenInput)
    total = forms.DecimalField(
        required=False, max_digits=18, decimal_places=2, widget=forms.HiddenInput
    )


class ChangeForm(StayForm):
    """Other dates or guests; ``expected_total`` is what they were said to cost in all."""

    expected_total = forms.DecimalField(
        min_value=0, max_digits=18, decimal_places=2, widget=forms.HiddenInput
    )


class CancelForm(forms.Form):
    """What was said to come back."""

    expected_refund = forms.DecimalField(
        min_value=0, max_digits=18, decimal_places=2, widget=forms.HiddenInput
    )


class ReviewForm(forms.Form):
    """What one side of a stay says of the other."""

    rating = forms.TypedChoiceField(label=_("Stars"), choices=list(IN_WORDS.items()), coerce=int)
    comment = forms.CharField(
        label=_("How was it?"),
        required=False,
        max_length=LONGEST_REVIEW,
        widget=forms.Textarea({"rows": 4}),
    )


class AnswerForm(forms.Form):
    """What a host says to a review."""

    answer = forms.CharField(
        label=_("Your answer"), max_length=LONGEST_REVIEW, widget=forms.Textarea({"rows": 3})
    )
