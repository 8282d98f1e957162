"""What accounts announce. Listeners live in higher apps; docs/signals.md lists them."""

from django.dispatch import Signal

account_closed = Signal()  # in the transaction of the closing; sender: User, keyword: user
