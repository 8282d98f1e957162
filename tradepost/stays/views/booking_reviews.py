"""What the sides of a stay say of each other, on the page of its booking."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from tradepost.accounts.caller import SignedInRequest
from tradepost.kit import clock
from tradepost.kit.errors import Conflict
from tradepost.kit.http.pages import posted_from
from tradepost.stays.actions.reviews import answer_review, write_review
from tradepost.stays.forms import AnswerForm, ReviewForm
from tradepost.stays.models import Review
from tradepost.stays.views.bookings import find_own_booking, show_booking


@login_required
@posted_from("booking", "pk")
def stay_review(request: SignedInRequest, pk: int) -> HttpResponse:
    """Review the place as its guest, or the guest as the host."""
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return show_booking(request, pk, review_form=form)
    try:
        review = write_review(
            author=request.user, booking_id=pk, now=clock.now(), **form.cleaned_data
        )
    except Conflict as error:
        messages.error(request, str(error))
        return _back(pk)
    if review.released_at:
        messages.success(request, _("Thank you. You can read what the other side wrote now."))
    else:
        messages.success(request, _("Thank you. It is kept until the other side has written too."))
    return _back(pk)


@login_required
@posted_from("booking", "pk")
def stay_review_answer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Answer what the guest said, as the host."""
    review = get_object_or_404(Review.objects.public(), booking=find_own_booking(request, pk))
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please write an answer."))
        return _back(pk)
    answer_review(
        host=request.user,
        property_id=review.property_id,
        review_id=review.pk,
        now=clock.now(),
        **form.cleaned_data,
    )
    messages.success(request, _("Your answer is below the review, for everybody."))
    return _back(pk)


def _back(pk: int) -> HttpResponse:
    return redirect(f"{reverse('booking', args=[pk])}#reviews")
