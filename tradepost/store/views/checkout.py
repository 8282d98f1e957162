"""From the cart to the order."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tradepost.accounts.caller import SignedInRequest
from tradepost.kit.errors import DomainError
from tradepost.store.actions.orders import place_order
from tradepost.store.errors import (
    CartAlreadyOrdered,
    CartChanged,
    CartEmpty,
    CartUnknown,
    NoSuchAddress,
    OutOfStock,
    TotalChanged,
)
from tradepost.store.forms import AddressForm, PlaceOrderForm
from tradepost.store.models import Address, Cart
from tradepost.store.views.carts import describe_cart, find_cart

TO_BE_SHOWN = (CartChanged, CartEmpty, CartUnknown, NoSuchAddress, OutOfStock, TotalChanged)


@login_required
def checkout(request: SignedInRequest) -> HttpResponse:
    """Show what an order would hold; place it."""
    if request.method == "POST":
        return _place(request)
    return _show(request, address=request.GET.get("address"))


def _place(request: SignedInRequest) -> HttpResponse:
    form = PlaceOrderForm(request.POST, buyer=request.user)
    if not form.is_valid():
        messages.error(request, _("Please look at the order once more."))
        return redirect("checkout")
    try:
        order = place_order(
            buyer=request.user,
            cart_id=form.cleaned_data["cart_id"],
            expected_total=form.cleaned_data["expected_total"],
            address_id=form.address_id,
        )
    except CartAlreadyOrdered as error:
        messages.info(request, _("You have placed this order already."))
        return redirect("order", pk=error.details["order"])
    except TO_BE_SHOWN as error:
        return _show(request, address=request.POST.get("address"), refusal=error)
    messages.success(request, _("Thank you. Your order is placed; a receipt is on its way."))
    return redirect("order", pk=order.pk)


def _show(
    request: SignedInRequest, *, address: str | None, refusal: DomainError | None = None
) -> HttpResponse:
    """Show the cart as it is now, and above it why an order was refused."""
    cart = find_cart(request)
    context = {"refusal": refusal, **describe_cart(cart), **_forms(request, cart, address)}
    return render(request, "store/checkout.html", context, status=409 if refusal else 200)


def _forms(request: SignedInRequest, cart: Cart | None, address: str | None) -> dict[str, object]:
    """Return the order's form, with the first address chosen unless another or none was."""
    if cart is None:
        return {}
    own = list(Address.objects.visible_to(request.user).order_by("id"))
    if address is None and own:
        address = str(own[0].pk)
    known = {"cart_id": cart.pk, "expected_total": cart.total_price(), "address": address or ""}
    return {
        "has_addresses": bool(own),
        "form": PlaceOrderForm(initial=known, buyer=request.user),
        "address_form": AddressForm(),
    }
