from django.urls import path

from tradepost.feed.api import FeedView

urlpatterns = [path("feed/", FeedView.as_view(), name="feed")]
