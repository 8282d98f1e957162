"""Making places, changing them, and taking them off."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tradepost.accounts.caller import SignedInRequest
from tradepost.kit.errors import Invalid
from tradepost.kit.http.pages import posted_from
from tradepost.stays.actions.properties import change_property, create_property, delete_property
from tradepost.stays.errors import PropertyBooked
from tradepost.stays.hosting_forms import PlaceForm, show_refusal
from tradepost.stays.models import Property
from tradepost.stays.views.hosting.kept import kept_place
from tradepost.stays.views.hosting.overview import may_offer

Status = Property.Status


@login_required
def hosting_new(request: SignedInRequest) -> HttpResponse:
    """Describe a new place; it is a draft at first."""
    if not may_offer(request):
        return redirect("hosting")
    form = PlaceForm(request.POST or None)
    if form.is_valid():
        columns, amenities = form.said()
        try:
            made = create_property(host=request.user, fields=columns, amenities=amenities)
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The place is noted. Now it needs photos."))
            return redirect("hosting-photos", pk=made.pk)
    return render(request, "stays/hosting/new.html", {"form": form})


@login_required
def hosting_place(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change what is said of a place."""
    place = kept_place(request, pk)
    form = PlaceForm(request.POST or None, initial=PlaceForm.initial_of(place))
    if form.is_valid():
        columns, amenities = form.said()
        try:
            change_property(
                editor=request.user, property_id=pk, changes=columns, amenities=amenities
            )
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Your changes are saved."))
            return redirect("hosting-place", pk=pk)
    context = {"place": place, "form": form, "wanting": _list_wanting(place)}
    return render(request, "stays/hosting/place.html", context)


@login_required
@posted_from("hosting-place", "pk")
def hosting_status(request: SignedInRequest, pk: int) -> HttpResponse:
    """Publish a place, or take it off the search."""
    kept_place(request, pk)
    publishes = request.POST.get("status") == Status.PUBLISHED
    status = Status.PUBLISHED if publishes else Status.DRAFT
    change_property(editor=request.user, property_id=pk, changes={"status": status})
    if publishes:
        messages.success(request, _("The place is published: everybody can find and book it."))
    else:
        messages.info(request, _("The place is a draft again. Stays that are booked remain."))
    return redirect("hosting-place", pk=pk)


@login_required
def hosting_delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask whether it is meant; remove a place that nobody ever booked."""
    place = kept_place(request, pk)
    if request.method != "POST":
        return render(request, "stays/hosting/delete.html", {"place": place})
    try:
        delete_property(editor=request.user, property_id=pk)
    except PropertyBooked as refusal:
        messages.error(request, str(refusal))
        return redirect("hosting-place", pk=pk)
    messages.info(request, _("The place is gone."))
    return redirect("hosting")


def _list_wanting(place: Property) -> list[str]:
    """Return what guests will miss, in sentences."""
    wanting = []
    if not place.photos.exists():
        wanting.append(_("There is no photo yet."))
    if not place.description:
        wanting.append(_("The description is empty."))
    if not place.street:
        wanting.append(_("Guests whose stay is confirmed will not know the street."))
    return wanting
