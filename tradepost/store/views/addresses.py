"""Where one's orders go."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from tradepost.accounts.caller import SignedInRequest
from tradepost.kit.http.pages import posted_from
from tradepost.store.actions.customers import add_address, change_address, remove_address
from tradepost.store.errors import TooManyAddresses
from tradepost.store.forms import AddressForm
from tradepost.store.models import Address


@login_required
def addresses(request: SignedInRequest) -> HttpResponse:
    """Show one's addresses; add one."""
    form = AddressForm(request.POST or None)
    if form.is_valid():
        return _add(request, form)
    own = Address.objects.visible_to(request.user).order_by("id")
    for_checkout = "for_checkout" in request.POST  # after a mistake there, it goes on here
    context = {"addresses": own, "form": form, "for_checkout": for_checkout}
    return render(request, "store/addresses.html", context)


@login_required
def address(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change one of one's addresses."""
    shown = get_object_or_404(Address.objects.visible_to(request.user), pk=pk)
    known = {"street": shown.street, "zip": shown.zip, "city": shown.city}
    form = AddressForm(request.POST or None, initial=known)
    if not form.is_valid():
        return render(request, "store/address.html", {"address": shown, "form": form})
    change_address(user=request.user, address_id=pk, changes=form.cleaned_data)
    messages.success(request, _("The address is saved."))
    return redirect("addresses")


@login_required
@posted_from("addresses")
def address_remove(request: SignedInRequest, pk: int) -> HttpResponse:
    remove_address(user=request.user, address_id=pk)
    messages.info(request, _("The address is forgotten."))
    return redirect("addresses")


def _add(request: SignedInRequest, form: AddressForm) -> HttpResponse:
    try:
        added = add_address(user=request.user, **form.cleaned_data)
    except TooManyAddresses as error:
        messages.error(request, str(error))
        return redirect("addresses")
    if "for_checkout" in request.POST:
        return redirect(f"{reverse('checkout')}?address={added.pk}")
    messages.success(request, _("The address is saved."))
    return redirect("addresses")
