"""What the tests of the shop's pages share."""

import re

from django.contrib.auth import SESSION_KEY
from django.contrib.messages import get_messages

from tradepost.store.models import Cart
from tradepost.store.tests.factories import make_cart


def notices(answer) -> list[str]:
    """Return what the page says once, at its top."""
    return [str(message) for message in get_messages(answer.wsgi_request)]


def without_token(answer) -> str:
    """Return the page without what is random in it."""
    return re.sub(r'csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())


def keep_cart(client, quantities=None) -> Cart:
    """Give the browser a cart that holds so many of each product: the own one of who is signed
    in, or else the visitor's."""
    cart = make_cart(quantities)
    session = client.session
    if SESSION_KEY in session:
        Cart.objects.filter(pk=cart.pk).update(owner_id=session[SESSION_KEY])
    else:
        session["cart_id"] = str(cart.pk)
        session.save()
    return cart
