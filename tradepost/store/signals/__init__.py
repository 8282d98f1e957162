"""What the shop announces. Listeners live in higher apps; docs/signals.md lists them."""

from django.dispatch import Signal

order_created = Signal()  # after commit, robustly; sender: Order, keyword: order
