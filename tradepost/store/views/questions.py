"""Asking the shop about what is for sale."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from tradepost.accounts.caller import SignedInRequest
from tradepost.kit.errors import Refused
from tradepost.kit.http.pages import posted_from
from tradepost.store.actions.conversations import open_product_conversation
from tradepost.store.models import Product


@login_required
@posted_from("product", "pk")
def product_conversation(request: SignedInRequest, pk: int) -> HttpResponse:
    """Go to the asker's conversation about a product, which is opened if there is none."""
    product = get_object_or_404(Product.objects.public(), pk=pk)
    try:
        conversation = open_product_conversation(product=product, asker=request.user)
    except Refused as error:
        messages.info(request, str(error))
        return redirect("product", pk=pk)
    return redirect("conversation", pk=conversation.pk)
