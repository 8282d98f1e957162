from django.urls import URLPattern, URLResolver, include, path, re_path
from rest_framework.routers import DefaultRouter

from tradepost.kit.http.paths import NUMBER
from tradepost.stays.api import bookings, calendar, photos, properties, quotes, reviews


class Router(DefaultRouter):
    include_format_suffixes = False
    include_root_view = False


router = Router()
router.register("properties", properties.PropertyViewSet, basename="properties")
router.register("amenities", properties.AmenityViewSet, basename="amenities")
router.register("bookings", bookings.BookingViewSet, basename="booking-api")

property_router = Router()
property_router.register("blocks", calendar.BlockViewSet, basename="property-blocks")
property_router.register("photos", photos.PhotoViewSet, basename="property-photos")
property_router.register("seasons", calendar.SeasonViewSet, basename="property-seasons")
property_router.register("reviews", reviews.PropertyReviewViewSet, basename="property-reviews")

of_property: list[URLPattern | URLResolver] = [
    path("", include(property_router.urls)),
    path("nights/", calendar.NightsView.as_view(), name="property-nights"),
    path("conversation/", quotes.QuestionView.as_view(), name="property-conversation"),
    path("quote/", quotes.QuoteView.as_view(), name="property-quote"),
]

urlpatterns = [
    path("", include(router.urls)),
    re_path(f"^properties/(?P<property_pk>{NUMBER})/", include(of_property)),
    path(
        "bookings/<number:booking_pk>/review/",
        reviews.BookingReviewView.as_view(),
        name="booking-review",
    ),
    path(
        "users/<uuid:user_pk>/stay-reviews/",
        reviews.GuestReviewsView.as_view(),
        name="guest-reviews",
    ),
]
