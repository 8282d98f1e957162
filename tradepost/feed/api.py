"""The API door to the feed."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tradepost.accounts.caller import caller
from tradepost.accounts.presence import read_presence
from tradepost.feed.actions.tickets import issue_ticket
from tradepost.feed.circles import MOST_WATCHED, list_known
from tradepost.feed.limits import Tickets
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


class PresenceInput(serializers.Serializer[object]):
    user = serializers.ListField(
        child=serializers.UUIDField(), max_length=MOST_WATCHED, allow_empty=False
    )


class PresenceOutput(serializers.Serializer[object]):
    user = serializers.UUIDField()
    online = serializers.BooleanField()
    last_seen_at = serializers.DateTimeField(allow_null=True)


class PresenceView(APIView):
    """Who is connected, of those whom the caller talks with and who let others know."""

    @extend_schema(parameters=[PresenceInput], responses=PresenceOutput(many=True))
    def get(self, request: Request) -> Response:
        """Say `user` once for each person. Nobody else is told of, whatever is asked."""
        asked = PresenceInput(data={"user": request.query_params.getlist("user")})
        asked.is_valid(raise_exception=True)
        known = list_known(user_id=caller(request).pk, among=asked.validated_data["user"])
        return Response([one.as_json() for one in read_presence(user_ids=known)])


class TicketOutput(serializers.Serializer[object]):
    ticket = serializers.CharField(help_text="For the `hello` of one socket; works once.")
    expires_at = serializers.DateTimeField()


class TicketView(APIView):
    """A way into the socket at `/ws/v1/feed/` for clients without a session."""

    throttle_classes = [Tickets]

    @extend_schema(request=None, responses={201: TicketOutput})
    def post(self, request: Request) -> Response:
        """Each call gives another one, so an `Idempotency-Key` means nothing here."""
        ticket, expires_at = issue_ticket(user=caller(request), now=timezone.now())
        answer = {"ticket": ticket, "expires_at": expires_at}
        return Response(answer, status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})
