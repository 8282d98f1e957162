from django.urls import path
from rest_framework.routers import DefaultRouter

from tradepost.notifications.api.notifications import NotificationViewSet
from tradepost.notifications.api.preferences import PreferencesView
from tradepost.notifications.api.push import PushKeyView, PushSubscriptionViewSet

router = DefaultRouter(use_regex_path=False)
router.include_root_view = False
router.register("notifications", NotificationViewSet, basename="notification")
router.register(
    "notifications/push/subscriptions", PushSubscriptionViewSet, basename="push-subscription"
)
urlpatterns = [
    path("notifications/preferences/", PreferencesView.as_view(), name="preferences"),
    path("notifications/push/key/", PushKeyView.as_view(), name="push-key"),
    *router.urls,
]
