from django.urls import path

from tradepost.kit.http import paths  # noqa: F401 - registers the converter of numbers
from tradepost.payments.views import payment_paths
from tradepost.stays.views import (
    booking_reviews,
    bookings,
    changes,
    place,
    search,
)
from tradepost.stays.views.hosting import calendar, overview, photos, places

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
    *payment_paths("booking", at="bookings/<number:pk>/"),
    path("bookings/<number:pk>/review/", booking_reviews.stay_review, name="stay-review"),
    path(
        "bookings/<number:pk>/review/answer/",
        booking_reviews.stay_review_answer,
        name="stay-review-answer",
    ),
]

PLACE = "hosting/places/<number:pk>/"

# The pages of hosts.
urlpatterns += [
    path("hosting/", overview.hosting, name="hosting"),
    path("hosting/requests/<number:pk>/", overview.hosting_answer, name="hosting-answer"),
    path("hosting/places/new/", places.hosting_new, name="hosting-new"),
    path(PLACE, places.hosting_place, name="hosting-place"),
    path(f"{PLACE}status/", places.hosting_status, name="hosting-status"),
    path(f"{PLACE}delete/", places.hosting_delete, name="hosting-delete"),
    path(f"{PLACE}photos/", photos.hosting_photos, name="hosting-photos"),
    path(f"{PLACE}photos/<number:photo>/", photos.hosting_photo, name="hosting-photo"),
    path(
        f"{PLACE}photos/<number:photo>/remove/",
        photos.hosting_photo_remove,
        name="hosting-photo-remove",
    ),
    path(f"{PLACE}calendar/", calendar.hosting_calendar, name="hosting-calendar"),
    path(f"{PLACE}blocks/", calendar.hosting_block, name="hosting-block"),
    path(f"{PLACE}blocks/<number:block>/remove/", calendar.hosting_unblock, name="hosting-unblock"),
    path(f"{PLACE}seasons/", calendar.hosting_season, name="hosting-season"),
    path(
        f"{PLACE}seasons/<number:season>/remove/",
        calendar.hosting_season_remove,
        name="hosting-season-remove",
    ),
]
