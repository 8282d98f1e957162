"""Money: whole minor units in the database, ``Decimal`` with two places in Python.

SQLite keeps decimals as floating point, so sums over them drift; integers are exact on every
database. All amounts are in the shop's one currency (``settings.CURRENCY``).
"""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Combinable
from django.db.models.lookups import GreaterThanOrEqual, LessThan, Lookup

CENT = Decimal("0.01")
LARGEST = Decimal(2**63 - 1).scaleb(-2)  # what a bigint of cents holds


def half_up(amount: Decimal) -> Decimal:
    """Round to whole cents, halves away from zero. The only rounding in the project."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def with_tax(amount: Decimal, *, rate: Decimal) -> Decimal:
    """Return ``amount`` plus tax at ``rate`` (0.1 is ten per cent), rounded once, half-up."""
    return half_up(amount * (1 + rate))


def to_minor(value: Decimal | int | str) -> int:
    """Return the whole number of cents in ``value``; ValueError when it is no whole number."""
    try:
        amount = Decimal(value)
        if not -LARGEST <= amount <= LARGEST:  # false for what is no number, too
            raise ValueError(f"{value!r} does not fit a column of money")
        cents = amount.scaleb(2)
    except (InvalidOperation, TypeError) as error:
        raise ValueError(f"{value!r} is not an amount of money") from error
    if cents != int(cents):
        raise ValueError(f"{value!r} has more than two decimals")
    return int(cents)


def from_minor(cents: int) -> Decimal:
    """Return the amount of ``cents`` as a decimal with two places."""
    return Decimal(cents).scaleb(-2).quantize(CENT)


EXACT: "dict[str, type[Lookup[Any]]]" = {"gte": GreaterThanOrEqual, "lt": LessThan}

if TYPE_CHECKING:
    IntegerColumn = models.BigIntegerField[Decimal | int | str | Combinable, Decimal]
else:
    IntegerColumn = models.BigIntegerField


class HundredthsField(IntegerColumn):
    """An exact number with two decimals: a bigint of hundredths in the table, a ``Decimal`` in
    Python."""

    # What may be assigned, read and compared, for mypy's Django plugin.
    _pyi_private_set_type: Decimal | int | str | Combinable  # type: ignore[assignment]
    _pyi_private_get_type: Decimal  # type: ignore[assignment]
    _pyi_lookup_exact_type: Decimal | int | str  # type: ignore[assignment]

    description = "Whole hundredths"

    def from_db_value(
        self, value: Any, expression: object, connection: BaseDatabaseWrapper
    ) -> Decimal | None:
        return None if value is None else from_minor(int(value))

    def to_python(self, value: Any) -> Decimal | None:
        if value is None:
            return None
        try:
            return from_minor(to_minor(value))
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error

    def get_prep_value(self, value: Any) -> Any:
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return to_minor(value)

    def get_lookup(self, lookup_name: str) -> "type[Lookup[Any]] | None":
        """Compare exactly: Django's look-ups of integers would round a float to a whole first."""
        return EXACT.get(lookup_name) or super().get_lookup(lookup_name)

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj))

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        options = {"form_class": forms.DecimalField, "decimal_places": 2, "max_digits": 18}
        return models.Field.formfield(self, **{**options, **kwargs})


class MoneyField(HundredthsField):
    """An amount of money: a bigint of cents in the table, a ``Decimal`` in Python."""

    description = "Money in minor units"


def tax_factor(rate: Decimal) -> tuple[int, int]:
    """Return ``1 + rate`` as a fraction of whole numbers, for ``minor_with_tax``."""
    return (1 + rate).as_integer_ratio()


def minor_with_tax(cents: int, *, factor: tuple[int, int]) -> int:
    """Do what ``with_tax`` does, in whole cents (at least 0), for rows that skip ``Decimal``."""
    numerator, denominator = factor
    return (2 * cents * numerator + denominator) // (2 * denominator)
