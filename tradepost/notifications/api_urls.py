from rest_framework.routers import DefaultRouter

from tradepost.notifications.api import NotificationViewSet

router = DefaultRouter(use_regex_path=False)
router.include_root_view = False
router.register("notifications", NotificationViewSet, basename="notification")
urlpatterns = router.urls
