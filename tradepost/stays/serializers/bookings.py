"""Bookings as JSON."""

from typing import Any

from rest_framework import serializers

from tradepost.accounts.models import User
from tradepost.kit.http.fields import MoneyNumber
from tradepost.stays.models import Booking, BookingChange, BookingEvent, Property
from tradepost.stays.quotes import lines_from_json
from tradepost.stays.serializers.prices import PriceLineOutput, StayInput, TermsOutput


class ExpectedTotal(serializers.Serializer[Any]):
    expected_total = serializers.DecimalField(
        max_digits=18, decimal_places=2, required=False, min_value=0,
        help_text="The total that was shown; another one is refused with 409.",
    )  # fmt: skip


class BookInput(StayInput, ExpectedTotal):
    property = serializers.IntegerField(min_value=0, max_value=2**63 - 1)
    quote = serializers.CharField(
        max_length=4000, required=False, help_text="From the quote: its price is kept to the cent."
    )


class ChangeInput(StayInput, ExpectedTotal):
    guests = serializers.IntegerField(min_value=1, max_value=1000)


class CancelInput(serializers.Serializer[Any]):
    expected_refund = serializers.DecimalField(
        max_digits=18, decimal_places=2, required=False, min_value=0,
        help_text="What was said to come back; another amount is refused with 409.",
    )  # fmt: skip


class SideOutput(serializers.ModelSerializer[User]):
    """Who stays, or who hosts."""

    name = serializers.CharField(source="__str__", read_only=True)

    class Meta:
        model = User
        fields = ["id", "name"]
        read_only_fields = fields


class BookedPlaceOutput(serializers.ModelSerializer[Property]):
    """The place of a booking; ``street`` is told to those whose stay is confirmed."""

    host = SideOutput(read_only=True)
    street = serializers.SerializerMethodField()

    class Meta:
        model = Property
        fields = [
            "id", "name", "host", "city", "country", "street", "latitude", "longitude",
            "time_zone", "check_in_time", "check_out_time", "is_instant",
        ]  # fmt: skip
        read_only_fields = fields

    def get_street(self, place: Property) -> str:
        """Return the street for the host, and for the guest once it is settled."""
        return place.street if self.context["tells_street"] else ""


class BookingChangeOutput(serializers.ModelSerializer[BookingChange]):
    """Other dates or guests that somebody asked for."""

    total = MoneyNumber(read_only=True)
    lines = serializers.SerializerMethodField()

    class Meta:
        model = BookingChange
        fields = [
            "id", "state", "asked_by", "start_date", "end_date", "guests", "lines", "total",
            "created_at", "hold_until",
        ]  # fmt: skip
        read_only_fields = fields

    def get_lines(self, change: BookingChange) -> Any:
        """Return what the changed stay costs, line by line."""
        return PriceLineOutput(lines_from_json(change.lines), many=True).data


class BookingOutput(serializers.ModelSerializer[Booking]):
    """A stay; ``user`` is its guest. ``change`` is one that waits for an answer or its payment."""

    property = serializers.SerializerMethodField()
    user = SideOutput(read_only=True)
    total = MoneyNumber(read_only=True)
    kept = MoneyNumber(read_only=True, allow_null=True)
    terms = TermsOutput(read_only=True)
    lines = PriceLineOutput(many=True, read_only=True)
    change = serializers.SerializerMethodField()

    class Meta:
        model = Booking
        fields = [
            "id", "property", "user", "status", "start_date", "end_date", "starts_at", "ends_at",
            "guests", "total", "currency", "lines", "terms", "created_at", "hold_until",
            "accepted_at", "confirmed_at", "canceled_at", "canceled_by", "kept", "expired_at",
            "completed_at", "change",
        ]  # fmt: skip
        read_only_fields = fields

    def get_property(self, booking: Booking) -> Any:
        """Return the place as this reader may know it."""
        is_confirmed = booking.status == Booking.Status.CONFIRMED
        tells = is_confirmed or self.context["reader"].pk != booking.user_id
        return BookedPlaceOutput(booking.property, context={"tells_street": tells}).data

    def get_change(self, booking: Booking) -> Any:
        """Return the change that is open; ``with_details`` has loaded it."""
        changes: list[BookingChange] = booking.open_changes  # type: ignore[attr-defined]
        return BookingChangeOutput(changes[0]).data if changes else None


class CancellationOutput(serializers.Serializer[Any]):
    """What would come back if one canceled now."""

    refund = MoneyNumber(read_only=True)
    kept = MoneyNumber(read_only=True)
    currency = serializers.CharField(read_only=True)


class ChangePriceOutput(serializers.Serializer[Any]):
    """What a changed stay would cost in all, and how much more or less than now that is."""

    lines = PriceLineOutput(many=True, read_only=True)
    total = MoneyNumber(read_only=True)
    difference = MoneyNumber(read_only=True)
    currency = serializers.CharField(read_only=True)


class BookingMomentOutput(serializers.ModelSerializer[BookingEvent]):
    """Something that happened to a booking; ``actor`` is null for what happened by itself."""

    actor = SideOutput(read_only=True, allow_null=True)

    class Meta:
        model = BookingEvent
        fields = ["kind", "at", "actor"]
        read_only_fields = fields
