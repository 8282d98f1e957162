"""Orders, and what is done to them after they are placed."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tradepost.accounts.caller import SignedInRequest
from tradepost.accounts.models import User
from tradepost.kit.errors import Refused
from tradepost.kit.http.pages import newest_first, posted_from
from tradepost.payments.views import render_payable, show_payments
from tradepost.store.actions.conversations import open_order_conversation
from tradepost.store.actions.order_changes import cancel_order, set_payment_status
from tradepost.store.errors import OrderCanceled, OrderNotOpen, TransitionRefused
from tradepost.store.forms import PaymentForm
from tradepost.store.models import Order
from tradepost.store.queries import list_timeline


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
    visible = Order.objects.visible_to(request.user).select_related("customer__user").with_items()
    shown = get_object_or_404(visible.prefetch_related("items__product__images"), pk=pk)
    context = {
        "order": shown,
        "is_buyer": shown.customer.user == request.user,
        "timeline": list_timeline(shown),
        "may_cancel": shown.is_open and _may_cancel(request.user, shown),
        "next_statuses": _next_statuses(request.user, shown),
        **_payments_of(request.user, shown),
    }
    return render_payable(request, "store/order.html", context)


@login_required
def order_cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask whether it is meant; cancel the order."""
    shown = _get_order(request, pk)
    if request.method != "POST":
        if not (shown.is_open and _may_cancel(request.user, shown)):
            return redirect("order", pk=pk)
        return render(request, "store/order_cancel.html", {"order": shown})
    try:
        cancel_order(order_id=pk, actor=request.user, now=timezone.now())
    except OrderNotOpen as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The order is canceled."))
    return redirect("order", pk=pk)


@login_required
@posted_from("order", "pk")
def order_payment(request: SignedInRequest, pk: int) -> HttpResponse:
    """Note that an order was paid, or that its payment failed."""
    _get_order(request, pk)
    if not request.user.has_perm("store.change_order"):
        raise PermissionDenied
    form = PaymentForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please choose one of the buttons."))
        return redirect("order", pk=pk)
    try:
        status = form.cleaned_data["payment_status"]
        set_payment_status(order_id=pk, status=status, actor=request.user)
    except (OrderCanceled, TransitionRefused) as error:
        messages.error(request, str(error))
    return redirect("order", pk=pk)


@login_required
@posted_from("order", "pk")
def order_conversation(request: SignedInRequest, pk: int) -> HttpResponse:
    """Go to the conversation about an order, which is opened if there is none."""
    try:
        conversation = open_order_conversation(order=_get_order(request, pk), opener=request.user)
    except Refused:
        messages.info(request, _("Only the buyer and Customer Service take part in it."))
        return redirect("order", pk=pk)
    return redirect("conversation", pk=conversation.pk)


def _payments_of(reader: User, order: Order) -> dict[str, object]:
    may_pay = reader == order.customer.user and order.is_open
    return show_payments(payable="order", pk=order.pk, total=order.total, may_pay=may_pay)


def _get_order(request: SignedInRequest, pk: int) -> Order:
    visible = Order.objects.visible_to(request.user).select_related("customer__user")
    return get_object_or_404(visible, pk=pk)


def _may_cancel(user: User, order: Order) -> bool:
    return order.customer.user == user or user.has_perm("store.cancel_order")


def _next_statuses(user: User, order: Order) -> list[tuple[str, str]]:
    """Return what the user may say of the payment, as values and labels of buttons."""
    if order.canceled_at is not None or not user.has_perm("store.change_order"):
        return []
    labels = {
        Order.PaymentStatus.COMPLETE: _("Mark as paid"),
        Order.PaymentStatus.FAILED: _("Mark as failed"),
        Order.PaymentStatus.PENDING: _("Wait for the payment again"),
    }
    following = Order.TRANSITIONS[order.payment_status]
    return [(status, label) for status, label in labels.items() if status in following]
