"""The caller's own addresses."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from tradepost.accounts.caller import caller
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
        asked = AddressInput(data=request.data)
        asked.is_valid(raise_exception=True)
        address = add_address(user=caller(request), **asked.validated_data)
        place = {"Location": request.build_absolute_uri(f"{address.pk}/")}
        return Response(AddressOutput(address).data, status=status.HTTP_201_CREATED, headers=place)

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
        asked = AddressInput(data=request.data, partial=partial)
        asked.is_valid(raise_exception=True)
        address = change_address(
            user=caller(request), address_id=int(pk), changes=asked.validated_data
        )
        return Response(AddressOutput(address).data)
