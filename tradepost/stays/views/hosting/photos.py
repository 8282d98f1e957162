"""The photos of a place: added, put in order, described, removed."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from tradepost.accounts.caller import SignedInRequest
from tradepost.kit.errors import Conflict
from tradepost.kit.http.pages import check_limit, posted_from
from tradepost.stays.actions.photos import add_photo, change_caption, delete_photo, order_photos
from tradepost.stays.errors import PhotosChanged
from tradepost.stays.hosting_forms import CaptionForm, PhotoForm, show_refusal
from tradepost.stays.limits import Uploads
from tradepost.stays.models import Photo, Property
from tradepost.stays.models.photos import MOST_PHOTOS
from tradepost.stays.views.hosting.kept import kept_place

FURTHER = {"up": -1, "down": 1}


@login_required
def hosting_photos(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show the photos of a place; add one behind the others."""
    place = kept_place(request, pk)
    if request.method != "POST":
        return _show(request, place, PhotoForm())
    check_limit(Uploads(), request)
    form = PhotoForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, place, form)
    image, caption = form.cleaned_data["image"], form.cleaned_data["caption"]
    try:
        add_photo(keeper=request.user, property_id=pk, file=image, caption=caption)
    except Conflict as refusal:
        show_refusal(form, refusal)
        return _show(request, place, form)
    messages.success(request, _("The photo is added."))
    return redirect("hosting-photos", pk=pk)


@login_required
@posted_from("hosting-photos", "pk")
def hosting_photo(request: SignedInRequest, pk: int, photo: int) -> HttpResponse:
    """Say what a photo shows, or show it sooner or later."""
    shown = _get_photo(request, pk, photo)
    if (step := FURTHER.get(request.POST.get("move", ""))) is not None:
        _move(request, shown, step)
        return redirect("hosting-photos", pk=pk)
    form = CaptionForm(request.POST)
    if form.is_valid():
        change_caption(keeper=request.user, property_id=pk, photo_id=photo, **form.cleaned_data)
        messages.success(request, _("Your changes are saved."))
    else:
        messages.error(request, _("At most 255 characters say what a photo shows."))
    return redirect("hosting-photos", pk=pk)


@login_required
def hosting_photo_remove(request: SignedInRequest, pk: int, photo: int) -> HttpResponse:
    """Take a photo away."""
    if request.method != "POST":
        return redirect("hosting-photos", pk=pk)
    _get_photo(request, pk, photo)
    delete_photo(keeper=request.user, property_id=pk, photo_id=photo)
    messages.info(request, _("The photo is gone."))
    return redirect("hosting-photos", pk=pk)


def _move(request: SignedInRequest, photo: Photo, step: int) -> None:
    """Let a photo change places with the one before or behind it."""
    siblings = Photo.objects.visible_to(request.user).filter(property=photo.property_id)
    ids = list(siblings.order_by("position").values_list("pk", flat=True))
    here = ids.index(photo.pk)
    there = here + step
    if not 0 <= there < len(ids):
        return
    ids[here], ids[there] = ids[there], ids[here]
    try:
        order_photos(keeper=request.user, property_id=photo.property_id, photo_ids=ids)
    except PhotosChanged as refusal:
        messages.error(request, str(refusal))


def _get_photo(request: SignedInRequest, pk: int, photo: int) -> Photo:
    kept_place(request, pk)
    return get_object_or_404(Photo.objects.visible_to(request.user), pk=photo, property=pk)


def _show(request: SignedInRequest, place: Property, form: PhotoForm) -> HttpResponse:
    photos = list(place.photos.order_by("position"))
    context = {
        "place": place, "photos": photos, "form": form, "has_room": len(photos) < MOST_PHOTOS,
    }  # fmt: skip
    return render(request, "stays/hosting/photos.html", context)
