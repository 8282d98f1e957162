from django.urls import path
from rest_framework.routers import DefaultRouter

from tradepost.messaging.api.attachments import AttachmentViewSet
from tradepost.messaging.api.conversations import ConversationViewSet
from tradepost.messaging.api.messages import MessageViewSet
from tradepost.messaging.api.reports import ReportMessage, ReportViewSet
from tradepost.messaging.api.search import SearchView

router = DefaultRouter(use_regex_path=False)
router.include_root_view = False
router.register("conversations", ConversationViewSet, basename="conversation")
router.register("messages", MessageViewSet, basename="message")
router.register("attachments", AttachmentViewSet, basename="attachment")
router.register("reports", ReportViewSet, basename="report")
urlpatterns = [
    path("messages/search/", SearchView.as_view(), name="message-search"),
    path("messages/<uuid:pk>/report/", ReportMessage.as_view(), name="message-report"),
    *router.urls,
]
