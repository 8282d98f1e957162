"""What payments may refuse."""

from tradepost.kit.errors import Conflict, Invalid


class NoSuchProvider(Invalid):
    code = "no_such_provider"
    message = "Payments are not taken in this way."


class NoProvider(Conflict):
    code = "no_provider"
    message = "Payments are not taken here at the moment."


class BadPaymentMethod(Invalid):
    code = "bad_payment_method"
    message = "This is no payment method that can be used here."


class BadEvent(Invalid):
    code = "bad_event"
    message = "The event is not signed as it should be, or cannot be read."


class NothingDue(Conflict):
    code = "nothing_due"
    message = "Nothing is left to be paid, or the payment is under way."


class AmountTooLarge(Invalid):
    code = "amount_too_large"
    message = "That is nothing, or more than what is left to be paid."


class RefundTooLarge(Invalid):
    code = "refund_too_large"
    message = "That is nothing, or more than what is left to be refunded."


class NoCodeAwaited(Conflict):
    code = "no_code_awaited"
    message = "This payment does not wait for a second step."


class PaymentFinal(Conflict):
    code = "payment_final"
    message = "This payment has ended and can no longer be canceled."


class PaymentsRemain(Conflict):
    code = "payments_remain"
    message = "Money was paid, or is being paid, for this."
