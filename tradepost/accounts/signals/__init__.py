"""What accounts announce. Listeners live in higher apps; docs/signals.md lists them."""

from django.dispatch import Signal

# All are sent in the transaction of the deed, by User.
account_closed = Signal()  # keyword: user
account_changed = Signal()  # keyword: user
person_blocked = Signal()  # keywords: blocker, person
person_unblocked = Signal()  # keywords: blocker, person
