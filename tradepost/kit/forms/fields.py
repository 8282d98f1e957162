"""Fields that forms of several apps have."""

from typing import Any

from django import forms

DAY = "%Y-%m-%d"  # as browsers send it


def day_field(label: Any, **options: Any) -> forms.DateField:
    """Return a field for a day, which browsers have a calendar for."""
    return forms.DateField(label=label, widget=forms.DateInput({"type": "date"}, DAY), **options)


def price_field(label: Any) -> forms.DecimalField:
    """Return a field for a price that something is to be above or below, if one is said."""
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=2,
        widget=forms.NumberInput({"step": "0.01", "inputmode": "decimal"}),
    )
