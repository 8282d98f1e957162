from django.urls import path

from tradepost.feed.api import FeedView, PresenceView, TicketView

urlpatterns = [
    path("feed/", FeedView.as_view(), name="feed"),
    path("feed/presence/", PresenceView.as_view(), name="feed-presence"),
    path("feed/ticket/", TicketView.as_view(), name="feed-ticket"),
]
