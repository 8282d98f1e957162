"""One's own review of a product."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from tradepost.accounts.caller import SignedInRequest
from tradepost.kit.http.pages import posted_from
from tradepost.store.actions.reviews import change_review, delete_review, write_review
from tradepost.store.errors import AlreadyReviewed, NotBought
from tradepost.store.forms import ReviewForm
from tradepost.store.models import Review
from tradepost.store.views.catalogue import show_product


@login_required
@posted_from("product", "pk")
def review(request: SignedInRequest, pk: int) -> HttpResponse:
    """Write a review, or change the one there is."""
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return show_product(request, pk, review_form=form)
    try:
        _save(request, pk, form)
    except (NotBought, AlreadyReviewed) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Thank you. Your review is here for everybody."))
    return _back(pk)


@login_required
@posted_from("product", "pk")
def review_delete(request: SignedInRequest, pk: int) -> HttpResponse:
    review_id = _find_own(request, pk)
    if review_id is not None:
        delete_review(editor=request.user, product_id=pk, review_id=review_id)
    messages.info(request, _("Your review is gone."))
    return _back(pk)


def _save(request: SignedInRequest, pk: int, form: ReviewForm) -> None:
    review_id = _find_own(request, pk)
    if review_id is None:
        write_review(author=request.user, product_id=pk, **form.cleaned_data)
        return
    change_review(
        editor=request.user, product_id=pk, review_id=review_id, changes=form.cleaned_data
    )


def _find_own(request: SignedInRequest, pk: int) -> int | None:
    own = Review.objects.public().filter(product_id=pk, author=request.user)
    return own.values_list("pk", flat=True).first()


def _back(pk: int) -> HttpResponse:
    return redirect(f"{reverse('product', args=[pk])}#reviews")
