from django.urls import include, path
from rest_framework.routers import DefaultRouter

from tradepost.accounts.api import (
    AccountViewSet,
    PeopleViewSet,
    TokenCreate,
    TokenRefresh,
    TokenVerify,
)

accounts = DefaultRouter()
accounts.include_root_view = False
accounts.register("users", AccountViewSet, basename="account")

people = DefaultRouter()
people.include_root_view = False
people.register("users", PeopleViewSet, basename="people")

urlpatterns = [
    path("auth/jwt/create/", TokenCreate.as_view(), name="jwt-create"),
    path("auth/jwt/refresh/", TokenRefresh.as_view(), name="jwt-refresh"),
    path("auth/jwt/verify/", TokenVerify.as_view(), name="jwt-verify"),
    path("auth/", include(accounts.urls)),
    path("", include(people.urls)),
]
