"""By which ways the caller is told what."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tradepost.accounts.caller import caller
from tradepost.notifications.actions.preferences import change_preferences
from tradepost.notifications.queries import get_choices
from tradepost.notifications.serializers import PreferencesInput, PreferencesOutput


class PreferencesView(APIView):
    """Every kind of notification, and by which channels it comes."""

    @extend_schema(responses=PreferencesOutput)
    def get(self, request: Request) -> Response:
        return Response(PreferencesOutput(get_choices(user=caller(request))).data)

    @extend_schema(request=PreferencesInput, responses=PreferencesOutput)
    def put(self, request: Request) -> Response:
        """Switch what is named; the rest stays as it is."""
        asked = PreferencesInput(data=request.data)
        asked.is_valid(raise_exception=True)
        change_preferences(
            user=caller(request), switches=PreferencesInput.switches(asked.validated_data)
        )
        return self.get(request)
