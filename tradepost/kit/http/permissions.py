"""Permissions of the API beyond DRF's own."""

from rest_framework.permissions import SAFE_METHODS, BasePermission, DjangoModelPermissions
from rest_framework.request import Request
from rest_framework.views import APIView


class IsAdminOrReadOnly(BasePermission):
    """Everybody may read; writing is for staff."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.method in SAFE_METHODS or bool(request.user and request.user.is_staff)


class FullDjangoModelPermissions(DjangoModelPermissions):
    """Writes need the model's add, change or delete permission, and reads its view permission."""

    # A copy: the mapping of the parent class belongs to every other view as well.
    perms_map = {
        **DjangoModelPermissions.perms_map,
        "GET": ["%(app_label)s.view_%(model_name)s"],
        "HEAD": ["%(app_label)s.view_%(model_name)s"],
    }


def holder_of(permission: str) -> type[BasePermission]:
    """Return what lets in who holds this permission, such as ``store.view_history``."""

    class Holder(BasePermission):
        def has_permission(self, request: Request, view: APIView) -> bool:
            return bool(request.user.has_perm(permission))

    return Holder
