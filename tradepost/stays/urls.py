from django.urls import path

from tradepost.kit.http import paths  # noqa: F401 - registers the converter of numbers
from tradepost.stays.views import (
    booking_payments,
    booking_reviews,
    bookings,
    changes,
    place,
    search,
)

urlpatterns = [
    path("bookings/", bookings.bookings, name="bookings"),
    path("bookings/<number:pk>/", bookings.booking, name="booking"),
    path("bookings/<number:pk>/answer/", bookings.booking_answer, name="booking-answer"),
    path("bookings/<number:pk>/cancel/", bookings.booking_cancel, name="booking-cancel"),
    path(
        "bookings/<number:pk>/conversation/",
        bookings.booking_conversation,
        name="booking-conversation",
    ),
    path("stays/", search.stays, name="stays"),
    path("stays/<number:pk>/", place.place, name="place"),
    path("stays/<number:pk>/book/", place.place_book, name="place-book"),
    path("stays/<number:pk>/conversation/", place.place_conversation, name="place-conversation"),
    path("bookings/<number:pk>/change/", changes.booking_change, name="booking-change"),
    path(
        "bookings/<number:pk>/change/answer/",
        changes.booking_change_answer,
        name="booking-change-answer",
    ),
    path("bookings/<number:pk>/pay/", booking_payments.booking_pay, name="booking-pay"),
    path(
        "bookings/<number:pk>/payments/<uuid:payment_id>/confirm/",
        booking_payments.booking_payment_confirm,
        name="booking-payment-confirm",
    ),
    path(
        "bookings/<number:pk>/payments/<uuid:payment_id>/cancel/",
        booking_payments.booking_payment_cancel,
        name="booking-payment-cancel",
    ),
    path("bookings/<number:pk>/review/", booking_reviews.stay_review, name="stay-review"),
    path(
        "bookings/<number:pk>/review/answer/",
        booking_reviews.stay_review_answer,
        name="stay-review-answer",
    ),
]
