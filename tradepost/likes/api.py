"""The API door to likes."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tradepost.accounts.caller import caller, caller_or_none
from tradepost.kit.http.bodies import read_body
from tradepost.kit.http.idempotency import IdempotentPosts
from tradepost.likes.actions.likes import like, unlike
from tradepost.likes.limits import LikeChanges
from tradepost.likes.queries import list_likes
from tradepost.likes.serializers import LikeInput, LikesAsked, LikesOutput

IDS = OpenApiParameter(
    "ids", OpenApiTypes.STR, required=True, description="Such as `1,2,3`; at most 100."
)
KIND = OpenApiParameter("kind", OpenApiTypes.STR, required=True, description="Such as `product`.")


class LikesView(IdempotentPosts, APIView):
    """How many people like some objects, and whether the caller does."""

    permission_classes = [IsAuthenticatedOrReadOnly]
    throttle_classes = [LikeChanges]

    @extend_schema(parameters=[KIND, IDS], responses=LikesOutput(many=True))
    def get(self, request: Request) -> Response:
        """Objects that are not there are left out."""
        asked = LikesAsked(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        likes = list_likes(reader=caller_or_none(request), **asked.validated_data)
        return Response(LikesOutput(likes, many=True).data)

    @extend_schema(request=LikeInput, responses={201: LikesOutput})
    def post(self, request: Request) -> Response:
        """Like an object. A second time is answered in the same way and changes nothing."""
        asked = read_body(request, LikeInput)
        likes = like(user=caller(request), kind=asked["kind"], object_id=asked["id"])
        return Response(LikesOutput(likes).data, status=status.HTTP_201_CREATED)


class LikeView(APIView):
    """The caller's like of one object."""

    throttle_classes = [LikeChanges]

    @extend_schema(responses={204: None})
    def delete(self, request: Request, kind: str, pk: int) -> Response:
        """Take the like back, if there is one."""
        unlike(user=caller(request), kind=kind, object_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)
