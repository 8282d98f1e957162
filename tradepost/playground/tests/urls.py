"""Every address of the product, and those of the playground, as developers have them."""

from django.urls import include, path

handler404 = "tradepost.kit.http.errors.not_found"

urlpatterns = [
    path("", include("tradepost.playground.urls")),
    path("", include("config.urls")),
]
