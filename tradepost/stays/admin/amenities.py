"""What places may have."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest

from tradepost.kit.admin.deeds import DeedAdmin, count_of
from tradepost.kit.transactions import unit_of_work
from tradepost.stays.actions.amenities import create_amenity, delete_amenity, rename_amenity
from tradepost.stays.models import Amenity, Property


@admin.register(Amenity)
class AmenityAdmin(DeedAdmin):
    list_display = ["name", "slug", "places_count"]
    search_fields = ["name", "slug"]
    fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    counts = {"places_count": count_of(Property.amenities.through.objects.all(), by="amenity")}

    def get_readonly_fields(self, request: HttpRequest, obj: Amenity | None = None) -> list[str]:
        return [] if obj is None else ["slug"]  # places and addresses know it by that

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Amenity | None = None
    ) -> dict[str, Any]:
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def create(self, request: HttpRequest, form: ModelForm, columns: dict[str, Any]) -> Model:
        return create_amenity(**columns)

    def change(
        self, request: HttpRequest, row: Amenity, form: ModelForm, columns: dict[str, Any]
    ) -> None:
        if columns:
            rename_amenity(slug=row.pk, name=columns["name"])

    def remove(self, request: HttpRequest, keys: list[str]) -> None:
        with unit_of_work():
            for key in keys:
                delete_amenity(slug=key)

    @admin.display(ordering="places_count", description="places")
    def places_count(self, amenity: Any) -> int:
        return int(amenity.places_count)
