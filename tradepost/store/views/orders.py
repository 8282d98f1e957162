"""From the cart to the order, and the orders."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from tradepost.accounts.caller import SignedInRequest
from tradepost.kit.errors import DomainError, Refused
from tradepost.kit.http.pages import newest_first, posted_from
from tradepost.store.actions.conversations import open_order_conversation
from tradepost.store.actions.orders import place_order
from tradepost.store.errors import (
    CartAlreadyOrdered,
    CartEmpty,
    CartUnknown,
    OutOfStock,
    TotalChanged,
)
from tradepost.store.forms import PlaceOrderForm
from tradepost.store.models import Order
from tradepost.store.views.carts import find_cart, find_cart_id, forget_cart


@login_required
def checkout(request: SignedInRequest) -> HttpResponse:
    """Show what an order would hold; place it."""
    return _place(request) if request.method == "POST" else _show_checkout(request)


def _place(request: SignedInRequest) -> HttpResponse:
    form = PlaceOrderForm(request.POST)
    cart_id = find_cart_id(request)
    if cart_id is None:
        return _show_checkout(request, refusal=CartEmpty())
    if not form.is_valid():
        messages.error(request, _("Please look at the total once more."))
        return redirect("checkout")
    try:
        order = place_order(buyer=request.user, cart_id=cart_id, **form.cleaned_data)
    except CartAlreadyOrdered as error:
        forget_cart(request)
        messages.info(request, _("You have placed this order already."))
        return redirect("order", pk=error.details["order"])
    except (CartEmpty, CartUnknown, OutOfStock, TotalChanged) as error:
        return _show_checkout(request, refusal=error)
    forget_cart(request)
    messages.success(request, _("Thank you. Your order is placed; a receipt is on its way."))
    return redirect("order", pk=order.pk)


def _show_checkout(request: SignedInRequest, *, refusal: DomainError | None = None) -> HttpResponse:
    """Show the cart as it is now, and above it why an order was refused."""
    cart = find_cart(request)
    context: dict[str, object] = {"cart": cart, "refusal": refusal}
    if cart is not None:
        context["form"] = PlaceOrderForm(initial={"expected_total": cart.total_price()})
    if isinstance(refusal, OutOfStock):
        context["short"] = {int(pk) for pk in refusal.details["short"]}  # type: ignore[attr-defined]
    return render(request, "store/checkout.html", context, status=409 if refusal else 200)


@login_required
def orders(request: SignedInRequest) -> HttpResponse:
    """One's own orders, or everybody's for those who may view them."""
    visible = Order.objects.visible_to(request.user).select_related("customer__user")
    page = newest_first(
        visible.annotate(lines_count=Count("items")),
        by="placed_at",
        before=request.GET.get("before", ""),
    )
    return render(request, "store/orders.html", {"page": page})


@login_required
def order(request: SignedInRequest, pk: int) -> HttpResponse:
    visible = Order.objects.visible_to(request.user).with_items().select_related("customer__user")
    return render(request, "store/order.html", {"order": get_object_or_404(visible, pk=pk)})


@login_required
@posted_from("order", "pk")
def order_conversation(request: SignedInRequest, pk: int) -> HttpResponse:
    """Go to the conversation about an order, which is opened if there is none."""
    visible = Order.objects.visible_to(request.user).select_related("customer__user")
    order = get_object_or_404(visible, pk=pk)
    try:
        conversation = open_order_conversation(order=order, opener=request.user)
    except Refused:
        messages.info(request, _("Only the buyer and Customer Service take part in it."))
        return redirect("order", pk=pk)
    return redirect("conversation", pk=conversation.pk)
