"""The caller's own addresses."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from tradepost.accounts.caller import caller
from tradepost.kit.http.bodies import created, read_body
from tradepost.kit.http.idempotency import IdempotentPosts
from tradepost.kit.http.paths import NUMBER
from tradepost.store.actions.customers import add_address, change_address, remove_address
from tradepost.store.models import Address
from tradepost.store.serializers.customers import AddressInput, AddressOutput


class AddressViewSet(IdempotentPosts, mixins.ListModelMixin, mixins.RetrieveModelMixin,
                     viewsets.GenericViewSet[Address]):  # fmt: skip
    """Where the caller wants things sent. A short list, not paged."""

    queryset = Address.objects.none()
    serializer_class = AddressOutput
    permission_classes = [IsAuthenticated]
    pagination_class = None
    lookup_value_regex = NUMBER

    def get_queryset(self) -> QuerySet[Address]:
        return Address.objects.visible_to(caller(self.request))

    @extend_schema(request=AddressInput, responses={201: AddressOutput})
    def create(self, request: Request) -> Response:
        address = add_address(user=caller(request), **read_body(request, AddressInput))
        return created(request, AddressOutput(address).data, pk=address.pk)

    @extend_schema(request=AddressInput, responses=AddressOutput)
    def update(self, request: Request, pk: str) -> Response:
        return self._change(request, pk, partial=False)

    @extend_schema(request=AddressInput(partial=True), responses=AddressOutput)
    def partial_update(self, request: Request, pk: str) -> Response:
        return self._change(request, pk, partial=True)

    def destroy(self, request: Request, pk: str) -> Response:
        remove_address(user=caller(request), address_id=int(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _change(self, request: Request, pk: str, *, partial: bool) -> Response:
        changes = read_body(request, AddressInput, partial=partial)
        address = change_address(user=caller(request), address_id=int(pk), changes=changes)
        return Response(AddressOutput(address).data)
