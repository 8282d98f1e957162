"""Customers and their addresses as JSON."""

from datetime import date
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from tradepost.store.models import Address, Customer


class OwnDetailsInput(serializers.Serializer[Any]):
    """What customers may change themselves; anything else in the body is ignored."""

    phone = serializers.CharField(max_length=255, allow_blank=True, required=False)
    birth_date = serializers.DateField(allow_null=True, required=False)

    def validate_birth_date(self, value: date | None) -> date | None:
        if value is not None and value > timezone.localdate():
            raise serializers.ValidationError("A birth date cannot be in the future.")
        return value


class ChangeCustomerInput(OwnDetailsInput):
    membership = serializers.ChoiceField(Customer.Membership.choices, required=False)


class CreateCustomerInput(ChangeCustomerInput):
    user_id = serializers.UUIDField()


class CustomerOutput(serializers.ModelSerializer[Customer]):
    class Meta:
        model = Customer
        fields = ["id", "user_id", "phone", "birth_date", "membership"]
        read_only_fields = fields


class BackOfficeCustomerOutput(serializers.ModelSerializer[Customer]):
    """The customer with the name and address of the account."""

    first_name = serializers.CharField(source="user.first_name", read_only=True)
    last_name = serializers.CharField(source="user.last_name", read_only=True)
    email = serializers.EmailField(source="user.email", read_only=True)

    class Meta:
        model = Customer
        fields = [*CustomerOutput.Meta.fields, "first_name", "last_name", "email"]
        read_only_fields = fields


class AddressInput(serializers.Serializer[Any]):
    street = serializers.CharField(max_length=255)
    city = serializers.CharField(max_length=255)
    zip = serializers.CharField(max_length=20, allow_blank=True, required=False)


class AddressOutput(serializers.ModelSerializer[Address]):
    class Meta:
        model = Address
        fields = ["id", "street", "city", "zip"]
        read_only_fields = fields
