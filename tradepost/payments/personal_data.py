"""What payments know about a person, for their export."""

from collections.abc import Iterable, Iterator

from tradepost.accounts.models import User
from tradepost.accounts.personal_data import json_list
from tradepost.payments.models import Payment

AT_ONCE = 500


def collect_payments(user: User) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Yield what the person paid, or tried to, and what went back."""
    yield "payments/payments.json", json_list(_payments_of(user))


def _payments_of(user: User) -> Iterator[dict[str, object]]:
    payments = Payment.objects.filter(payer=user).order_by("created_at", "id")
    for payment in payments.prefetch_related("refunds").iterator(chunk_size=AT_ONCE):
        yield {
            "payment": payment.pk,
            "for": payment.title,
            "amount": payment.amount,
            "currency": payment.currency,
            "status": payment.get_status_display(),
            "card": payment.method_name,
            "provider": payment.provider,
            "reference": payment.reference,
            "created_at": payment.created_at,
            "refunds": [
                {
                    "amount": refund.amount,
                    "status": refund.get_status_display(),
                    "reason": refund.reason,
                    "created_at": refund.created_at,
                }
                for refund in payment.refunds.all()
            ],
        }
