from django.urls import path

from tradepost.kit.http import paths  # noqa: F401 - registers the converter of numbers
from tradepost.stays.views import bookings, places, search

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
    path("stays/<number:pk>/", places.place, name="place"),
    path("stays/<number:pk>/book/", places.place_book, name="place-book"),
    path("stays/<number:pk>/conversation/", places.place_conversation, name="place-conversation"),
]
