"""The API door to the feed."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tradepost.accounts.caller import caller
from tradepost.feed.models import Pointer
from tradepost.feed.queries import MOST_ROWS, read_feed
from tradepost.feed.rows import page_as_json


class FeedInput(serializers.Serializer[object]):
    after = serializers.IntegerField(min_value=0, max_value=2**63 - 1, default=0)
    epoch = serializers.UUIDField(required=False, allow_null=True, default=None)
    limit = serializers.IntegerField(min_value=1, max_value=MOST_ROWS, default=MOST_ROWS)


class EventOutput(serializers.ModelSerializer[Pointer]):
    kind = serializers.CharField(source="event.kind")
    data = serializers.DictField(source="event.data")  # type: ignore[assignment]
    at = serializers.DateTimeField(source="event.created_at")

    class Meta:
        model = Pointer
        fields = ["seq", "kind", "data", "at"]
        read_only_fields = fields


class FeedOutput(serializers.Serializer[object]):
    epoch = serializers.UUIDField()
    seq = serializers.IntegerField(help_text="Ask for what comes `after` this number next time.")
    reset = serializers.BooleanField(help_text="Load everything afresh, then go on from `seq`.")
    more = serializers.BooleanField(help_text="More rows are waiting after these.")
    results = EventOutput(many=True, source="rows")


class FeedView(APIView):
    """What happened to the caller, in order and without gaps."""

    @extend_schema(parameters=[FeedInput], responses=FeedOutput)
    def get(self, request: Request) -> Response:
        asked = FeedInput(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        return Response(page_as_json(read_feed(user=caller(request), **asked.validated_data)))
