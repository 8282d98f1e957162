"""Calendars, to be looked at; hosts keep them."""

from django.contrib import admin

from tradepost.kit.admin.deeds import ReadOnlyAdmin
from tradepost.stays.models import Block, Night, Season


@admin.register(Block)
class BlockAdmin(ReadOnlyAdmin):
    list_display = ["property", "start_date", "end_date", "reason"]
    list_filter = ["start_date"]
    list_select_related = ["property"]
    search_fields = ["=property__id", "property__name"]


@admin.register(Season)
class SeasonAdmin(ReadOnlyAdmin):
    list_display = ["property", "name", "start_date", "end_date", "price", "weekend_price"]
    list_filter = ["start_date"]
    list_select_related = ["property"]
    search_fields = ["=property__id", "property__name", "name"]


@admin.register(Night)
class NightAdmin(ReadOnlyAdmin):
    """The nights that are taken, and by what."""

    list_display = ["property", "night", "booking", "change", "block", "is_buffer"]
    list_filter = ["is_buffer", ("block", admin.EmptyFieldListFilter), "night"]
    list_select_related = ["property", "booking", "change", "block"]
    search_fields = ["=property__id", "property__name", "=booking__id"]
    show_full_result_count = False  # there are many
