"""The visitor's cart. The session knows its id; no address does."""

from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tradepost.accounts.models import User
from tradepost.kit.errors import Invalid, NotFound
from tradepost.kit.http.pages import check_limit, posted_from
from tradepost.store.actions.carts import (
    add_to_cart,
    add_to_new_cart,
    remove_from_cart,
    set_quantity,
)
from tradepost.store.errors import NoSuchCart
from tradepost.store.forms import AddToCartForm, QuantityForm
from tradepost.store.limits import AnonymousCarts
from tradepost.store.models import Cart

IN_SESSION = "cart_id"


def find_cart_id(request: HttpRequest) -> UUID | None:
    """Return the id of the visitor's cart, which may be gone; None before the first one."""
    kept = request.session.get(IN_SESSION)
    return UUID(kept) if kept else None


def find_cart(request: HttpRequest) -> Cart | None:
    """Return the visitor's cart with its lines."""
    cart_id = find_cart_id(request)
    if cart_id is None:
        return None
    return Cart.objects.visible_to(_user(request)).with_items().filter(pk=cart_id).first()


def forget_cart(request: HttpRequest) -> None:
    """Begin with no cart; the next thing that is added makes one."""
    request.session.pop(IN_SESSION, None)


def cart(request: HttpRequest) -> HttpResponse:
    return render(request, "store/cart.html", {"cart": find_cart(request)})


@posted_from("products")
def cart_add(request: HttpRequest) -> HttpResponse:
    """Put a product into the cart."""
    form = AddToCartForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please say how many, as a whole number."))
        return _back_to_product(form)
    try:
        _add(request, **form.cleaned_data)
    except Invalid as error:
        messages.error(request, str(error))
        return _back_to_product(form)
    messages.success(request, _("It is in your cart."))
    return redirect("cart")


@posted_from("cart")
def cart_line(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the quantity of a line, or take it out."""
    form = QuantityForm({"quantity": 0} if "remove" in request.POST else request.POST)
    cart_id = find_cart_id(request)
    if cart_id is None or not form.is_valid():
        messages.error(request, _("Please say how many, as a whole number."))
        return redirect("cart")
    quantity = form.cleaned_data["quantity"]
    try:
        if quantity:
            set_quantity(cart_id=cart_id, item_id=pk, quantity=quantity, user=_user(request))
        else:
            remove_from_cart(cart_id=cart_id, item_id=pk, user=_user(request))
    except NotFound:
        messages.info(request, _("That was no longer in your cart."))
    return redirect("cart")


def _add(request: HttpRequest, *, product_id: int, quantity: int) -> None:
    """Add to the visitor's cart; when there is none, or none any more, to a new one."""
    cart_id = find_cart_id(request)
    if cart_id is not None:
        with suppress(NoSuchCart):
            add_to_cart(
                cart_id=cart_id, product_id=product_id, quantity=quantity, user=_user(request)
            )
            return
    check_limit(AnonymousCarts(), request)
    line = add_to_new_cart(product_id=product_id, quantity=quantity, user=_user(request))
    request.session[IN_SESSION] = str(line.cart_id)


def _user(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _back_to_product(form: AddToCartForm) -> HttpResponse:
    product_id = form.cleaned_data.get("product_id")
    return redirect("products") if product_id is None else redirect("product", pk=product_id)
