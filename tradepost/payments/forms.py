"""What payers fill in on pages."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from tradepost.payments.providers import list_offers


class PayForm(forms.Form):
    """A card of the offline provider, which needs no script."""

    PROVIDER = "offline"

    payment_method = forms.ChoiceField(label=_("Card"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        cards = [card for offer in list_offers() for card in offer.test_cards]
        field = cast("forms.ChoiceField", self.fields["payment_method"])
        field.choices = [
            (card.number, f"{card.brand.title()} {_in_fours(card.number)}: {card.sentence}")
            for card in cards
        ]


class StripeForm(forms.Form):
    """What Stripe's script made of a card; ``static/js/card.js`` fills it in."""

    PROVIDER = "stripe"

    payment_method = forms.CharField(max_length=100)


def form_of(data: Mapping[str, str]) -> PayForm | StripeForm:
    """Return the form that was sent, as it says of itself."""
    return StripeForm(data) if data.get("provider") == StripeForm.PROVIDER else PayForm(data)


class CodeForm(forms.Form):
    code = forms.CharField(label=_("Code"), max_length=20)


def _in_fours(number: str) -> str:
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))
