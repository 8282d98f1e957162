"""Who may do what in the back office: model permissions, and the group that has them."""

import pytest
from django.contrib.auth.models import Group, Permission
from rest_framework.permissions import DjangoModelPermissions

from tradepost.store.queries import CUSTOMER_SERVICE


def test_customer_service_may_work_on_customers_and_orders_and_nothing_else(db):
    group = Group.objects.get(name=CUSTOMER_SERVICE)

    assert set(group.permissions.values_list("content_type__app_label", "codename")) == {
        ("store", f"{verb}_{noun}")
        for noun in ("customer", "order")
        for verb in ("add", "change", "delete", "view")
    } | {("store", "view_history"), ("store", "cancel_order")}


def test_the_permissions_beyond_the_usual_ones_have_names(db):
    names = Permission.objects.filter(codename__in=["view_history", "cancel_order"])

    assert dict(names.values_list("codename", "name")) == {
        "view_history": "Can view history",
        "cancel_order": "Can cancel order",
    }


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_at_customers_needs_the_permission_to_view_them(api, ann, dora, method):
    assert getattr(api(ann), method)("/api/v1/store/customers/").status_code == 403
    assert getattr(api(dora), method)("/api/v1/store/customers/").status_code == 200


def test_views_with_the_frameworks_own_permissions_still_let_everybody_read():
    assert DjangoModelPermissions.perms_map["GET"] == []
    assert DjangoModelPermissions.perms_map["HEAD"] == []
