"""Payments as JSON."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tradepost.kit.http.fields import MoneyNumber
from tradepost.kit.money import CENT
from tradepost.payments.models import Payment, Refund
from tradepost.payments.models.payments import PAYABLES


class AmountInput(serializers.DecimalField):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=18, decimal_places=2, min_value=CENT, **options)


def _key_of_thing() -> serializers.IntegerField:
    return serializers.IntegerField(min_value=0, max_value=2**63 - 1, required=False)


class StartPaymentInput(serializers.Serializer[Any]):
    """What is paid for, exactly one thing, and by what."""

    order = _key_of_thing()
    booking = _key_of_thing()
    payment_method = serializers.CharField(
        max_length=100, trim_whitespace=True,
        help_text="A test card number of `methods/`, or the id that the provider's form gave.",
    )  # fmt: skip
    amount = AmountInput(required=False, help_text="All that is due, if nothing is said.")
    provider = serializers.CharField(
        max_length=20, required=False, help_text="The first one of `methods/`, if nothing is said."
    )

    def validate(self, attrs: Mapping[str, Any]) -> dict[str, Any]:
        named = [name for name in PAYABLES if name in attrs]
        if len(named) != 1:
            names = " or ".join(PAYABLES)
            raise serializers.ValidationError(f"Say what is paid for: {names}, one of them.")
        rest = {name: value for name, value in attrs.items() if name not in PAYABLES}
        return {"provider": None, **rest, "payable": named[0], "pk": attrs[named[0]]}


class ConfirmInput(serializers.Serializer[Any]):
    code = serializers.CharField(
        max_length=20, required=False, default="",
        help_text="What the second step asks for; empty if it took place at the provider.",
    )  # fmt: skip


class RefundInput(serializers.Serializer[Any]):
    amount = AmountInput(
        required=False, default=None, help_text="All that is left, if nothing is said."
    )
    reason = serializers.CharField(
        max_length=200, help_text="The payer reads it, on the page and in the API."
    )


class MethodOutput(serializers.ModelSerializer[Payment]):
    """A card as people know it."""

    class Meta:
        model = Payment
        fields = ["brand", "last4"]
        read_only_fields = fields


class RefundOutput(serializers.ModelSerializer[Refund]):
    amount = MoneyNumber(read_only=True)

    class Meta:
        model = Refund
        fields = ["id", "amount", "reason", "status", "failure", "reference", "created_at"]
        read_only_fields = fields


class PaymentOutput(serializers.ModelSerializer[Payment]):
    amount = MoneyNumber(read_only=True)
    captured = MoneyNumber(read_only=True)
    refunded = MoneyNumber(read_only=True)
    method = MethodOutput(source="*", read_only=True)
    refunds = RefundOutput(many=True, read_only=True)
    next_action = serializers.SerializerMethodField(
        help_text="What the payer has to do next, told to nobody else. `code`: `confirm/` takes "
        "what the provider sent; `stripe`: Stripe.js goes on with `client_secret`."
    )

    class Meta:
        model = Payment
        fields = [
            "id", *PAYABLES, "title", "amount", "currency", "captured", "refunded", "method",
            "provider", "reference", "status", "failure", "next_action", "created_at",
            "changed_at", "refunds",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field({"type": "object", "nullable": True, "additionalProperties": {}})
    def get_next_action(self, payment: Payment) -> object:
        reader = self.context["request"].user
        is_due = payment.status == Payment.Status.REQUIRES_ACTION
        return payment.next_action if is_due and reader.pk == payment.payer_id else None


class TestCardOutput(serializers.Serializer[Any]):
    number = serializers.CharField(read_only=True)
    brand = serializers.CharField(read_only=True)
    sentence = serializers.CharField(read_only=True)


class OfferOutput(serializers.Serializer[Any]):
    provider = serializers.CharField(read_only=True)
    publishable_key = serializers.CharField(read_only=True)
    test_cards = TestCardOutput(many=True, read_only=True)
