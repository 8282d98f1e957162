"""Carts, to be looked at: what is in them is their owners' affair."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from tradepost.kit.admin.deeds import ReadOnlyAdmin, count_of
from tradepost.store.models import Cart, CartItem


class CartItemInline(admin.TabularInline):
    model = CartItem
    extra = 0
    fields = ("product", "quantity", "seen_price")
    readonly_fields = ("product", "quantity", "seen_price")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CartItem]:
        lines: QuerySet[CartItem] = super().get_queryset(request).select_related("product")
        return lines

    def has_view_permission(self, request: HttpRequest, obj: Cart | None = None) -> bool:
        return request.user.has_perm("store.view_cart")

    def has_add_permission(self, request: HttpRequest, obj: Cart | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Cart | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Cart | None = None) -> bool:
        return False


@admin.register(Cart)
class CartAdmin(ReadOnlyAdmin):
    list_display = ["id", "owner", "created_at", "changed_at", "lines"]
    list_filter = ["changed_at"]
    list_select_related = ["owner"]
    ordering = ["-changed_at", "id"]
    search_fields = ["=id", "owner__username", "owner__email"]
    readonly_fields = ["id", "created_at", "changed_at"]
    inlines = [CartItemInline]
    counts = {"lines": count_of(CartItem.objects.all(), by="cart")}

    class Media:
        css = {"all": ["store/styles.css"]}

    @admin.display(ordering="lines", description="products")
    def lines(self, cart: Any) -> int:
        return int(cart.lines)
