from django.urls import path, re_path

from tradepost.kit.http.paths import NUMBER
from tradepost.likes.api import LikesView, LikeView

urlpatterns = [
    path("likes/", LikesView.as_view(), name="likes"),
    re_path(
        rf"^likes/(?P<kind>[a-z_]{{1,50}})/(?P<pk>{NUMBER})/$", LikeView.as_view(), name="like"
    ),
]
