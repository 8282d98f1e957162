from django.urls import include, path
from rest_framework.routers import DefaultRouter

from tradepost.accounts.api import (
    AccountViewSet,
    ExportFileView,
    ExportView,
    PeopleViewSet,
    TokenCreate,
    TokenRefresh,
    TokenVerify,
)

accounts = DefaultRouter()
accounts.include_root_view = False
accounts.register("users", AccountViewSet, basename="account")

people = DefaultRouter(use_regex_path=False)
people.include_root_view = False
people.register("users", PeopleViewSet, basename="people")

urlpatterns = [
    path("auth/jwt/create/", TokenCreate.as_view(), name="jwt-create"),
    path("auth/jwt/refresh/", TokenRefresh.as_view(), name="jwt-refresh"),
    path("auth/jwt/verify/", TokenVerify.as_view(), name="jwt-verify"),
    path("auth/", include(accounts.urls)),
    path("accounts/export/", ExportView.as_view(), name="export"),
    path("accounts/export/file/", ExportFileView.as_view(), name="export-file"),
    path("", include(people.urls)),
]
