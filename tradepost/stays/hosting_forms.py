"""What hosts fill in: places, photos, blocked dates, seasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from tradepost.kit.errors import DomainError, Invalid
from tradepost.kit.forms.fields import day_field
from tradepost.stays.models import Amenity, Block, Photo, Property, Season
from tradepost.stays.queries.properties import list_amenities
from tradepost.stays.zones import zone_names

COUNTRY = r"^[A-Za-z]{2}$"
AT_ONCE, ON_REQUEST = "at-once", "on-request"
NUMBER: dict[str, str] = {"inputmode": "decimal", "step": "0.01"}
GROUPS = (
    (_("What it is"), ("name", "room_type", "description", "amenities")),
    (
        _("Where it is"),
        (
            "street", "neighbourhood", "city", "region", "country", "latitude", "longitude",
            "time_zone",
        ),
    ),
    (
        _("What it costs"),
        ("price", "weekend_price", "cleaning_fee", "weekly_discount", "monthly_discount", "tax"),
    ),
    (
        _("How one stays"),
        (
            "capacity", "minimum_nights", "maximum_nights", "lead_days", "buffer_nights",
            "check_in_time", "check_out_time", "booked", "cancellation_policy", "house_rules",
        ),
    ),
)  # fmt: skip


def _of_place(name: str, label: Any, help_text: Any = "", **options: Any) -> Any:
    """Return the form field for a column of a place, with the bounds that the column has."""
    column: Any = Property._meta.get_field(name)
    bounds = column._validators  # those of ours: what Django adds, the field knows itself
    return column.formfield(label=label, help_text=help_text, validators=bounds, **options)


def _amount(name: str, label: Any, help_text: Any = "") -> Any:
    return _of_place(name, label, help_text, widget=forms.NumberInput(NUMBER))


def _percent(name: str, label: Any) -> Any:
    return _of_place(name, label, widget=forms.NumberInput(NUMBER))


def _time(name: str, label: Any) -> Any:
    return _of_place(name, label, widget=forms.TimeInput({"type": "time"}, "%H:%M"))


class PlaceForm(forms.Form):
    """A place as its host describes it."""

    name = _of_place("name", _("Name"))
    room_type = _of_place("room_type", _("Kind"))
    description = _of_place("description", _("Description"), widget=forms.Textarea({"rows": 6}))
    amenities = forms.ModelMultipleChoiceField(
        Amenity.objects.none(),
        label=_("Amenities"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    street = _of_place(
        "street", _("Street and number"), _("Told to guests whose stay is confirmed, to no others.")
    )
    neighbourhood = _of_place("neighbourhood", _("Neighbourhood"))
    city = _of_place("city", _("Town"))
    region = _of_place("region", _("Region"))
    country = forms.RegexField(
        COUNTRY,
        label=_("Country"),
        help_text=_("Two letters, such as PT."),
        error_messages={"invalid": _("Two letters, such as PT.")},
    )
    latitude = _of_place(
        "latitude", _("Latitude"), _("Degrees, north of the equator above 0. Everybody sees it."),
        widget=forms.NumberInput({"step": "any"}),
    )  # fmt: skip
    longitude = _of_place(
        "longitude", _("Longitude"), _("Degrees, east of Greenwich above 0. Everybody sees it."),
        widget=forms.NumberInput({"step": "any"}),
    )  # fmt: skip
    time_zone = _of_place(
        "time_zone", _("Time zone"), _("Such as Europe/Lisbon."),
        widget=forms.TextInput({"list": "zones", "autocomplete": "off"}),
    )  # fmt: skip
    price = _amount("price", _("Price of a night"))
    weekend_price = _amount(
        "weekend_price", _("Price at weekends"), _("Of the nights of Friday and Saturday.")
    )
    cleaning_fee = _amount("cleaning_fee", _("Cleaning fee"))
    weekly_discount = _percent("weekly_discount", _("Off from 7 nights on, in per cent"))
    monthly_discount = _percent("monthly_discount", _("Off from 28 nights on, in per cent"))
    tax = _percent("tax", _("Tax on everything, in per cent"))
    capacity = _of_place("capacity", _("Guests at most"))
    minimum_nights = _of_place("minimum_nights", _("Nights at least"))
    maximum_nights = _of_place("maximum_nights", _("Nights at most"))
    lead_days = _of_place(
        "lead_days", _("Days ahead"), _("How long before check-in one has to book.")
    )
    buffer_nights = _of_place(
        "buffer_nights", _("Empty nights"), _("Kept free of guests after each stay.")
    )
    check_in_time = _time("check_in_time", _("Check-in from"))
    check_out_time = _time("check_out_time", _("Check-out until"))
    booked = forms.ChoiceField(
        label=_("How it is booked"),
        choices=[
            (AT_ONCE, _("at once, by whoever pays")),
            (ON_REQUEST, _("on request, when I have agreed")),
        ],
        initial=AT_ONCE,
        widget=forms.RadioSelect,
    )
    cancellation_policy = _of_place(
        "cancellation_policy", _("Cancellation"),
        _("What comes back of the nights: flexible until a day before check-in, moderate until 5 "
          "days, strict until 14 days."),
    )  # fmt: skip
    house_rules = _of_place("house_rules", _("House rules"), widget=forms.Textarea({"rows": 4}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amenities"].queryset = list_amenities()  # type: ignore[attr-defined]

    def groups(self) -> Iterator[tuple[Any, list[BoundField]]]:
        """Give the fields under their headings."""
        for heading, names in GROUPS:
            yield heading, [self[name] for name in names]

    def zones(self) -> list[str]:
        """Return the time zones to choose from."""
        return [name for name in zone_names() if "/" in name]

    def clean_country(self) -> str:
        country: str = self.cleaned_data["country"]
        return country.upper()

    def said(self) -> tuple[dict[str, Any], list[str]]:
        """Return the columns that were filled in, and the slugs of the amenities."""
        columns = dict(self.cleaned_data)
        columns["is_instant"] = columns.pop("booked") == AT_ONCE
        return columns, [amenity.pk for amenity in columns.pop("amenities")]

    @staticmethod
    def initial_of(place: Property) -> dict[str, Any]:
        """Return what the form shows of a place at first."""
        known = {name: getattr(place, name, None) for _, names in GROUPS for name in names}
        known["amenities"] = list(place.amenities.all())
        known["booked"] = AT_ONCE if place.is_instant else ON_REQUEST
        return known


class PhotoForm(forms.Form):
    image = forms.FileField(
        label=_("Photo"),
        help_text=_("JPEG, PNG or WebP, up to 8 MB."),
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp"}),
    )
    caption = forms.CharField(label=_("What it shows"), max_length=255, required=False)

    def clean_image(self) -> UploadedFile[bytes]:
        image: UploadedFile[bytes] = self.cleaned_data["image"]
        for check in Photo._meta.get_field("image").validators:
            check(image)  # the first refusal ends it: what is too large is not even opened
        return image


class CaptionForm(forms.Form):
    caption = forms.CharField(label=_("What it shows"), max_length=255, required=False)


class BlockForm(forms.Form):
    """Nights that the host wants for something else."""

    start_date = day_field(_("First night"))
    end_date = day_field(_("Open again on"))
    reason = forms.CharField(
        label=_("Note"),
        help_text=_("For your eyes only."),
        max_length=Block._meta.get_field("reason").max_length,
        required=False,
    )


class SeasonForm(forms.Form):
    """What nights cost from one date to another."""

    name = forms.CharField(
        label=_("Name"), max_length=Season._meta.get_field("name").max_length, required=False
    )
    start_date = day_field(_("First night"))
    end_date = day_field(_("Usual prices again on"))
    price = _amount("price", _("Price of a night"))
    weekend_price = _amount("weekend_price", _("Price at weekends"))


def show_refusal(form: forms.Form, refusal: DomainError) -> None:
    """Say at its field, or above all of them, why something was refused."""
    field = refusal.field if isinstance(refusal, Invalid) else None
    known: Mapping[str, object] = form.fields
    form.add_error(field if field in known else None, str(refusal))
