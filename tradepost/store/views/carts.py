"""Carts: one's own for those who are signed in; a visitor's is known by the session alone."""

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
    accept_changes,
    add_to_cart,
    add_to_new_cart,
    remove_from_cart,
    set_quantity,
)
from tradepost.store.errors import NoSuchCart
from tradepost.store.forms import AddToCartForm, QuantityForm
from tradepost.store.limits import AnonymousCarts
from tradepost.store.models import Cart
from tradepost.store.models.carts import CartQuerySet
from tradepost.store.queries import CartProblem, list_problems
from tradepost.store.visits import keep_cart_id, read_cart_id


def find_cart(request: HttpRequest) -> Cart | None:
    """Return the caller's cart with its lines and their pictures."""
    return _carts(request).with_items().prefetch_related("items__product__images").first()


def describe_cart(cart: Cart | None) -> dict[str, object]:
    """Return what pages show of a cart from ``find_cart``: lines, each with its problems."""
    problems = list_problems(cart) if cart else []
    found: dict[int | None, list[CartProblem]] = {}
    for problem in problems:
        found.setdefault(problem.item_id, []).append(problem)
    lines = [(item, found.get(item.pk, [])) for item in cart.items.all()] if cart else []
    changed = any(problem.code != "short_of_stock" for problem in problems)
    return {"cart": cart, "lines": lines, "gone": found.get(None, []), "changed": changed}


def cart(request: HttpRequest) -> HttpResponse:
    return render(request, "store/cart.html", describe_cart(find_cart(request)))


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
    cart_id = _carts(request).values_list("pk", flat=True).first()
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


@posted_from("cart")
def cart_accept(request: HttpRequest) -> HttpResponse:
    """Note that what changed was seen."""
    cart_id = _carts(request).values_list("pk", flat=True).first()
    if cart_id is not None:
        with suppress(NoSuchCart):
            accept_changes(cart_id=cart_id, user=_user(request))
    return redirect("cart")


def _carts(request: HttpRequest) -> CartQuerySet:
    """Return the query of the one cart that pages show to the caller."""
    user = _user(request)
    visible = Cart.objects.visible_to(user)
    if user is not None:
        return visible.filter(owner=user)
    cart_id = read_cart_id(request.session)
    return visible.none() if cart_id is None else visible.filter(pk=cart_id)


def _add(request: HttpRequest, *, product_id: int, quantity: int) -> None:
    """Add to one's own cart, or to the visitor's; without any, or any more, to a new one."""
    user = _user(request)
    if user is not None:
        add_to_new_cart(product_id=product_id, quantity=quantity, user=user)
        return
    cart_id = read_cart_id(request.session)
    if cart_id is None or not _added(cart_id, product_id=product_id, quantity=quantity):
        check_limit(AnonymousCarts(), request)
        line = add_to_new_cart(product_id=product_id, quantity=quantity)
        keep_cart_id(request.session, line.cart_id)


def _added(cart_id: UUID, *, product_id: int, quantity: int) -> bool:
    with suppress(NoSuchCart):
        add_to_cart(cart_id=cart_id, product_id=product_id, quantity=quantity)
        return True
    return False


def _user(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _back_to_product(form: AddToCartForm) -> HttpResponse:
    product_id = form.cleaned_data.get("product_id")
    return redirect("products") if product_id is None else redirect("product", pk=product_id)
