from django.urls import path
from rest_framework.routers import DefaultRouter

from tradepost.payments.api import EventView, PaymentViewSet

router = DefaultRouter()
router.include_root_view = False
router.include_format_suffixes = False
router.register("payments", PaymentViewSet, basename="payments")

urlpatterns = [
    path("payments/events/<slug:provider>/", EventView.as_view(), name="payment-events"),
    *router.urls,
]
