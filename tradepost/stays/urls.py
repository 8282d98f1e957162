from django.urls import path

from tradepost.stays.views import bookings

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
]
