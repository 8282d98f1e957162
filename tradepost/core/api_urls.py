from django.urls import path, re_path

from tradepost.core.api import TagsOfProductView, TagsView
from tradepost.kit.http.paths import NUMBER

urlpatterns = [
    path("tags/", TagsView.as_view(), name="tags"),
    re_path(
        rf"^store/products/(?P<pk>{NUMBER})/tags/$",
        TagsOfProductView.as_view(),
        name="product-tags",
    ),
]
