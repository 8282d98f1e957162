"""Customers: the back office by model permissions, everybody their own under ``me/``."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from tradepost.accounts.caller import caller
from tradepost.kit.http.bodies import created, read_body
from tradepost.kit.http.idempotency import IdempotentPosts
from tradepost.kit.http.pagination import NumberedPages
from tradepost.kit.http.paths import NUMBER
from tradepost.kit.http.permissions import FullDjangoModelPermissions, holder_of
from tradepost.kit.http.search import Search
from tradepost.store.actions.customers import (
    change_customer,
    change_own_details,
    create_customer,
    delete_customer,
)
from tradepost.store.api.orders import OrderPages
from tradepost.store.models import Customer
from tradepost.store.queries import list_history
from tradepost.store.serializers.customers import (
    BackOfficeCustomerOutput,
    ChangeCustomerInput,
    CreateCustomerInput,
    CustomerOutput,
    OwnDetailsInput,
)
from tradepost.store.serializers.orders import OrderOutput


class CustomerViewSet(IdempotentPosts, mixins.ListModelMixin, mixins.RetrieveModelMixin,
                      viewsets.GenericViewSet[Customer]):  # fmt: skip
    """Customers, for holders of the model's permissions."""

    queryset = Customer.objects.none()
    serializer_class = BackOfficeCustomerOutput
    permission_classes = [FullDjangoModelPermissions]
    pagination_class = NumberedPages
    filter_backends = [Search]
    search_fields = ["^user__first_name", "^user__last_name"]
    lookup_value_regex = NUMBER

    def get_queryset(self) -> QuerySet[Customer]:
        return Customer.objects.visible_to(caller(self.request)).select_related("user")

    def get_object(self) -> Customer:
        """The record of the address; the caller's own under ``me/``."""
        if "pk" in self.kwargs:
            return super().get_object()
        user = caller(self.request)
        return get_object_or_404(Customer.objects.visible_to(user), user=user)

    @extend_schema(request=CreateCustomerInput, responses={201: BackOfficeCustomerOutput})
    def create(self, request: Request) -> Response:
        """Make the record of a user who has none."""
        fields = read_body(request, CreateCustomerInput)
        customer = create_customer(user_id=fields.pop("user_id"), fields=fields)
        return created(request, BackOfficeCustomerOutput(customer).data, pk=customer.pk)

    @extend_schema(request=ChangeCustomerInput, responses=BackOfficeCustomerOutput)
    def update(self, request: Request, pk: str) -> Response:
        return self._change(request, pk)

    @extend_schema(request=ChangeCustomerInput, responses=BackOfficeCustomerOutput)
    def partial_update(self, request: Request, pk: str) -> Response:
        return self._change(request, pk)

    def destroy(self, request: Request, pk: str) -> Response:
        """Delete the record of a closed account without orders; 409 for any other."""
        delete_customer(customer_id=int(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(methods=["GET"], responses=CustomerOutput)
    @extend_schema(methods=["PUT", "PATCH"], request=OwnDetailsInput, responses=CustomerOutput)
    @action(["get", "put", "patch"], detail=False, permission_classes=[IsAuthenticated])
    def me(self, request: Request) -> Response:
        """Show or change the caller's own record. A missing one is 404 until something is put."""
        if request.method in {"PUT", "PATCH"}:
            changes = read_body(request, OwnDetailsInput)
            customer = change_own_details(user=caller(request), changes=changes)
        else:
            customer = self.get_object()
        return Response(CustomerOutput(customer).data)

    @extend_schema(responses=OrderOutput(many=True))
    @action(
        ["get"],
        detail=True,
        permission_classes=[IsAuthenticated, holder_of("store.view_history")],
        pagination_class=OrderPages,
        filter_backends=[],
    )
    def history(self, request: Request, pk: str) -> Response:
        """List the customer's orders, newest first."""
        orders: Any = list_history(customer_id=int(pk))  # this view's pages are of customers
        page = self.paginate_queryset(orders) or []
        return self.get_paginated_response(OrderOutput(page, many=True).data)

    def _change(self, request: Request, pk: str) -> Response:
        changes = read_body(request, ChangeCustomerInput)
        customer = change_customer(customer_id=int(pk), changes=changes)
        return Response(BackOfficeCustomerOutput(customer).data)
