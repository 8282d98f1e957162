"""What the buttons of the playground ask for."""

from tradepost.accounts.models import User
from tradepost.kit.ids import uuid7
from tradepost.kit.jobs import enqueue
from tradepost.kit.transactions import atomic


@atomic
def notify_customers(*, message: str) -> None:
    """Queue a job that takes ten seconds and logs what it does."""
    enqueue("playground.notify_customers", message=message)


@atomic
def greet(*, user: User) -> None:
    """Queue a mail that says hello."""
    enqueue("playground.send_hello", user_id=str(user.pk), key=str(uuid7()))
