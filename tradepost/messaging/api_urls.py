from rest_framework.routers import DefaultRouter

from tradepost.messaging import api

router = DefaultRouter(use_regex_path=False)
router.include_root_view = False
router.register("conversations", api.ConversationViewSet, basename="conversation")
router.register("messages", api.MessageViewSet, basename="message")
urlpatterns = router.urls
