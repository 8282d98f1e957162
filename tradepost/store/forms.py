"""What visitors of the shop fill in."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tradepost.store.models import Collection
from tradepost.store.models.carts import MOST_OF_ONE_PRODUCT
from tradepost.store.models.catalogue import ProductQuerySet

LARGEST_ID = 2**63 - 1
ORDERS = {
    "title": _("by name"),
    "-last_update": _("newest first"),
    "unit_price": _("cheapest first"),
    "-unit_price": _("dearest first"),
}


def _price(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=2,
        widget=forms.NumberInput({"step": "0.01", "inputmode": "decimal"}),
    )


class CatalogueForm(forms.Form):
    """What the catalogue is narrowed by. A field with a mistake narrows nothing."""

    search = forms.CharField(
        label=_("Search"), required=False, max_length=100, widget=forms.SearchInput
    )
    collection = forms.ModelChoiceField(
        Collection.objects.public(), label=_("Collection"), required=False, empty_label=_("all")
    )
    price_from = _price(_("Price from"))
    price_to = _price(_("Price to"))
    ordering = forms.ChoiceField(label=_("Order"), required=False, choices=list(ORDERS.items()))

    def narrow(self, products: ProductQuerySet) -> ProductQuerySet:
        """Return the products that are asked for, in the order asked for."""
        self.is_valid()
        asked = self.cleaned_data
        filters = {
            "collection": asked.get("collection"),
            "unit_price__gte": asked.get("price_from"),
            "unit_price__lte": asked.get("price_to"),
        }
        products = products.filter(**{k: v for k, v in filters.items() if v is not None})
        for word in asked.get("search", "").split():
            products = products.filter(
                Q(title__icontains=word)
                | Q(description__icontains=word)
                | Q(collection__title__icontains=word)
            )
        return products.order_by(asked.get("ordering") or "title", "id")


class AddToCartForm(forms.Form):
    product_id = forms.IntegerField(min_value=0, max_value=LARGEST_ID, widget=forms.HiddenInput)
    quantity = forms.IntegerField(
        label=_("Quantity"), min_value=1, max_value=MOST_OF_ONE_PRODUCT, initial=1
    )


class QuantityForm(forms.Form):
    """A line's new quantity; 0 takes it out."""

    quantity = forms.IntegerField(label=_("Quantity"), min_value=0, max_value=MOST_OF_ONE_PRODUCT)


class PlaceOrderForm(forms.Form):
    """The total that the buyer was shown."""

    expected_total = forms.DecimalField(
        min_value=0, max_digits=18, decimal_places=2, widget=forms.HiddenInput
    )
