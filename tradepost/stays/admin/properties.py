"""Places, their photos, and whether everybody sees them."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest

from tradepost.accounts.caller import caller
from tradepost.accounts.models import User
from tradepost.kit.admin.deeds import DeedAdmin, count_of, link_to_list
from tradepost.kit.admin.pictures import preview_of
from tradepost.kit.transactions import unit_of_work
from tradepost.stays.actions.photos import add_photo, change_caption, delete_photo
from tradepost.stays.actions.properties import change_property, create_property, delete_property
from tradepost.stays.models import Booking, Photo, Property
from tradepost.stays.models.photos import MOST_PHOTOS

Status = Property.Status


class PhotoFormSet(BaseInlineFormSet):
    """Photos that somebody adds, takes away, or writes something else below."""

    keeper: User

    def save_new(self, form: ModelForm, commit: bool = True) -> Photo:
        said = form.cleaned_data
        return add_photo(
            keeper=self.keeper,
            property_id=self.instance.pk,
            file=said["image"],
            caption=said["caption"],
        )

    def save_existing(self, form: ModelForm, obj: Any, commit: bool = True) -> Photo:
        return change_caption(
            keeper=self.keeper,
            property_id=self.instance.pk,
            photo_id=obj.pk,
            caption=form.cleaned_data["caption"],
        )

    def delete_existing(self, obj: Any, commit: bool = True) -> None:
        delete_photo(keeper=self.keeper, property_id=self.instance.pk, photo_id=obj.pk)


class PhotoInline(admin.TabularInline):
    """Photos that are there, in their order."""

    model = Photo
    formset = PhotoFormSet
    fields = ["preview", "caption"]
    readonly_fields = ["preview"]
    ordering = ["position", "id"]
    extra = 0

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.keeper = caller(request)
        return formset

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    @admin.display(description="photo")
    def preview(self, photo: Photo) -> str:
        return preview_of(photo)


class NewPhotoInline(PhotoInline):
    """Photos that come behind the others."""

    fields = ["image", "caption"]
    readonly_fields = []
    extra = 1
    max_num = MOST_PHOTOS
    verbose_name_plural = "new photos"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Photo]:
        rows: QuerySet[Photo] = super().get_queryset(request)
        return rows.none()

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("stays.add_photo")

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self.has_add_permission(request, obj)


@admin.register(Property)
class PropertyAdmin(DeedAdmin):
    list_display = [
        "name", "host", "city", "country", "price", "status", "rating", "bookings_count",
    ]  # fmt: skip
    list_filter = ["status", "room_type", "is_instant", "cancellation_policy", "country"]
    list_select_related = ["host"]
    search_fields = ["=id", "name", "city", "host__email", "host__username"]
    autocomplete_fields = ["host"]
    filter_horizontal = ["amenities"]
    readonly_fields = ["rating", "ratings_count", "source", "created_at", "last_update"]
    actions = [*DeedAdmin.actions, "publish", "unpublish"]
    counts = {"bookings_count": count_of(Booking.objects.all(), by="property")}
    remembered = ["status"]
    fieldsets = [
        (None, {"fields": ["host", "status", "name", "room_type", "description", "house_rules",
                           "capacity", "amenities"]}),
        ("Where", {"fields": ["street", "neighbourhood", "city", "region", "country",
                              ("latitude", "longitude"), "time_zone"]}),
        ("Price", {"fields": [("price", "weekend_price"), "cleaning_fee",
                              ("weekly_discount", "monthly_discount"), "tax"]}),
        ("Terms", {"fields": [("check_in_time", "check_out_time"),
                              ("minimum_nights", "maximum_nights"),
                              ("lead_days", "buffer_nights"), "is_instant",
                              "cancellation_policy"]}),
        ("What is known", {"fields": ["rating", "ratings_count", "source", "created_at",
                                      "last_update"]}),
    ]  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Property | None = None) -> list[str]:
        return [*self.readonly_fields, *(["host"] if obj else [])]

    def get_inlines(self, request: HttpRequest, obj: Property | None) -> list[Any]:
        return [PhotoInline, NewPhotoInline] if obj else []

    def create(self, request: HttpRequest, form: ModelForm, columns: dict[str, Any]) -> Model:
        del columns["host_id"]
        return create_property(
            host=form.cleaned_data["host"], fields=columns, amenities=_chosen(form)
        )

    def change(
        self, request: HttpRequest, row: Property, form: ModelForm, columns: dict[str, Any]
    ) -> None:
        amenities = _chosen(form) if "amenities" in form.changed_data else None
        if columns or amenities is not None:
            change_property(
                editor=caller(request), property_id=row.pk, changes=columns, amenities=amenities
            )

    def remove(self, request: HttpRequest, keys: list[int]) -> None:
        with unit_of_work():
            for key in keys:
                delete_property(editor=caller(request), property_id=key)

    @admin.action(description="Publish selected places", permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._set_status(request, queryset, Status.PUBLISHED, "published")

    @admin.action(description="Take selected places off the search", permissions=["change"])
    def unpublish(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._set_status(request, queryset, Status.DRAFT, "made drafts")

    @admin.display(ordering="bookings_count", description="bookings")
    def bookings_count(self, place: Any) -> str:
        return link_to_list(Booking, f"{place.bookings_count} Bookings", property__id=place.pk)

    def _set_status(
        self, request: HttpRequest, queryset: QuerySet[Any], status: Status, done: str
    ) -> None:
        others = sorted(queryset.exclude(status=status).values_list("pk", flat=True))
        for pk in others:
            change_property(editor=caller(request), property_id=pk, changes={"status": status})
        self.message_user(request, f"{len(others)} places were {done}.", messages.SUCCESS)


def _chosen(form: ModelForm) -> list[str]:
    return [amenity.pk for amenity in form.cleaned_data["amenities"]]
