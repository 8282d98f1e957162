"""What visitors of the shop fill in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tradepost.accounts.models import User
from tradepost.kit.forms.fields import day_field, price_field
from tradepost.kit.search import MOST_WORDS, words_of
from tradepost.kit.stars import IN_WORDS
from tradepost.store.extras import tags
from tradepost.store.models import Address, Order, Review
from tradepost.store.models.carts import MOST_OF_ONE_PRODUCT
from tradepost.store.models.reviews import LONGEST_REVIEW
from tradepost.store.queries import list_collection_titles

LARGEST_ID = 2**63 - 1
ORDERS = {
    "title": _("by name"),
    "-last_update": _("newest first"),
    "price": _("cheapest first"),
    "-price": _("dearest first"),
    "-rating": _("best rated first"),
}
RATINGS = {
    "": _("any"),
    "4": _("4 stars or more"),
    "3": _("3 stars or more"),
    "2": _("2 stars or more"),
}
STARS = {"": _("no stars, only words"), **IN_WORDS}


class CatalogueForm(forms.Form):
    """What the catalogue is narrowed by. A field with a mistake narrows nothing."""

    search = forms.CharField(
        label=_("Search"), required=False, max_length=100, widget=forms.SearchInput
    )
    collection = forms.TypedChoiceField(
        label=_("Collection"),
        required=False,
        coerce=int,
        empty_value=None,
        error_messages=forms.ModelChoiceField.default_error_messages,
    )
    price_from = price_field(_("Price from"))
    price_to = price_field(_("Price to"))
    rating = forms.ChoiceField(label=_("Rating"), required=False, choices=list(RATINGS.items()))
    tag = forms.CharField(label=_("Tag"), required=False, max_length=255)
    ordering = forms.ChoiceField(label=_("Order"), required=False, choices=list(ORDERS.items()))
    in_stock = forms.BooleanField(label=_("In stock only"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._titles = list_collection_titles()
        # Rows, and no models as a ModelChoiceField would make of each.
        self.fields["collection"].choices = [("", _("all")), *self._titles.items()]  # type: ignore[attr-defined]
        if tags.having is None:
            del self.fields["tag"]

    @property
    def collection_title(self) -> str:
        """What the products are narrowed to, empty for all of them."""
        chosen: int | None = self.cleaned_data.get("collection")
        return self._titles[chosen] if chosen else ""

    def asked(self) -> dict[str, Any]:
        """Return what is asked for, by the names that the API's list has for it."""
        self.is_valid()
        said = self.cleaned_data
        asked = {
            "search": said.get("search"),
            "collection_id": said.get("collection"),
            "price__gte": said.get("price_from"),
            "price__lte": said.get("price_to"),
            "rating__gte": said.get("rating"),
            "tag": said.get("tag"),
            "ordering": said.get("ordering"),
            "in_stock": "true" if said.get("in_stock") else None,
        }
        return {name: value for name, value in asked.items() if value not in (None, "")}

    def clean_search(self) -> str:
        search: str = self.cleaned_data["search"]
        if len(words_of(search)) > MOST_WORDS:
            raise forms.ValidationError(_("At most %(most)s words.") % {"most": MOST_WORDS})
        return search


class AddToCartForm(forms.Form):
    product_id = forms.IntegerField(min_value=0, max_value=LARGEST_ID, widget=forms.HiddenInput)
    quantity = forms.IntegerField(
        label=_("Quantity"), min_value=1, max_value=MOST_OF_ONE_PRODUCT, initial=1
    )


class QuantityForm(forms.Form):
    """A line's new quantity; 0 takes it out."""

    quantity = forms.IntegerField(label=_("Quantity"), min_value=0, max_value=MOST_OF_ONE_PRODUCT)


class PlaceOrderForm(forms.Form):
    """What the buyer was shown: which cart, its total, and the addresses to choose from."""

    cart_id = forms.UUIDField(widget=forms.HiddenInput)
    expected_total = forms.DecimalField(
        min_value=0, max_digits=18, decimal_places=2, widget=forms.HiddenInput
    )
    address = forms.ModelChoiceField(
        Address.objects.none(),
        label=_("Where shall it go?"),
        required=False,
        blank=True,  # a choice of its own, for radio buttons too
        empty_label=_("No address; I will arrange it with the shop"),
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, buyer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"].queryset = Address.objects.visible_to(buyer)  # type: ignore[attr-defined]

    @property
    def address_id(self) -> int | None:
        """The address that was chosen; None for none."""
        chosen: Address | None = self.cleaned_data["address"]
        return chosen.pk if chosen else None


class AddressForm(forms.Form):
    street = forms.CharField(
        label=_("Street and number"),
        max_length=255,
        widget=forms.TextInput({"autocomplete": "street-address"}),
    )
    zip = forms.CharField(
        label=_("Postal code"),
        max_length=20,
        required=False,
        widget=forms.TextInput({"autocomplete": "postal-code"}),
    )
    city = forms.CharField(
        label=_("City"), max_length=255, widget=forms.TextInput({"autocomplete": "address-level2"})
    )


class PaymentForm(forms.Form):
    """What staff says of an order's payment."""

    payment_status = forms.ChoiceField(choices=Order.PaymentStatus.choices)


class ReviewForm(forms.Form):
    """A review as its author writes it; ``rating`` may be left out."""

    name = forms.CharField(label=_("Your name, as others see it"), max_length=255)
    rating = forms.TypedChoiceField(
        label=_("Stars"),
        choices=list(STARS.items()),
        required=False,
        coerce=int,
        empty_value=None,
    )
    description = forms.CharField(
        label=_("What do you think of it?"),
        max_length=LONGEST_REVIEW,
        widget=forms.Textarea({"rows": 4}),
    )

    @staticmethod
    def initial_of(review: Review | None, *, author: User) -> dict[str, Any]:
        """Return what the form shows at first: the review there is, or the author's name."""
        if review is None:
            return {"name": author.first_name}
        return {
            "name": review.name,
            "rating": review.rating or "",
            "description": review.description,
        }


class PeriodForm(forms.Form):
    """From which day to which; both belong to the period. Nothing said means the last 30 days."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Not in the class: "from" is a word of Python's.
        for name, label in (("from", _("First day")), ("to", _("Last day"))):
            self.fields[name] = day_field(label, required=False)
