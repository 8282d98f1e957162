"""The tables of payments, one file per noun."""

from tradepost.payments.models.events import ProviderEvent
from tradepost.payments.models.offline import OfflineCharge, OfflineEvent, OfflineRefund
from tradepost.payments.models.payments import Payment, Refund

__all__ = [
    "OfflineCharge",
    "OfflineEvent",
    "OfflineRefund",
    "Payment",
    "ProviderEvent",
    "Refund",
]
