"""The API door to reports: everybody's way to make one, and the back office's to handle them."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tradepost.accounts.caller import caller
from tradepost.kit.http.bodies import read_body
from tradepost.kit.http.idempotency import IdempotentPosts
from tradepost.kit.http.pagination import KeysetPages
from tradepost.kit.http.permissions import holder_of
from tradepost.messaging.actions.reports import (
    dismiss_reports,
    hide_message,
    report_message,
    unhide_message,
    warn_sender,
)
from tradepost.messaging.limits import Reports
from tradepost.messaging.models import Report
from tradepost.messaging.models.reports import HANDLE_REPORTS, VIEW_REPORTS
from tradepost.messaging.queries.reports import get_report, list_reports
from tradepost.messaging.serializers.reports import (
    ReportedOutput,
    ReportFilters,
    ReportInput,
    ReportOutput,
)

READING = {"list", "retrieve"}


class ReportMessage(IdempotentPosts, APIView):
    throttle_classes = [Reports]

    @extend_schema(request=ReportInput, responses={201: ReportedOutput, 200: ReportedOutput})
    def post(self, request: Request, pk: UUID) -> Response:
        """Report a message. A second report by the same person changes nothing (200)."""
        reported = report_message(
            reporter=caller(request), message_id=pk, **read_body(request, ReportInput)
        )
        code = status.HTTP_200_OK if reported.repeated else status.HTTP_201_CREATED
        return Response(ReportedOutput(reported.report).data, status=code)


class ReportPages(KeysetPages):
    ordering = ("-created_at", "-id")
    max_page_size = 100


class ReportViewSet(IdempotentPosts, mixins.ListModelMixin, mixins.RetrieveModelMixin,
                    viewsets.GenericViewSet[Report]):  # fmt: skip
    """Reported messages, for holders of ``messaging.view_report``; to handle them takes
    ``messaging.change_report``. What is done about a message ends all its open reports."""

    queryset = Report.objects.none()
    serializer_class = ReportOutput
    pagination_class = ReportPages
    lookup_value_converter = "number"

    def get_permissions(self) -> list[BasePermission]:
        needed = VIEW_REPORTS if self.action in READING else HANDLE_REPORTS
        return [holder_of(needed)()]

    def get_queryset(self) -> QuerySet[Report]:
        reports = list_reports(staff=caller(self.request))
        if self.action != "list":
            return reports
        asked = ReportFilters(data=self.request.query_params.dict())
        asked.is_valid(raise_exception=True)
        handled = asked.validated_data["handled"]
        return reports if handled is None else reports.filter(handled_at__isnull=not handled)

    @extend_schema(parameters=[ReportFilters])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """All reports, newest first, or only the ones that are handled or are not."""
        return super().list(request, *args, **kwargs)

    @extend_schema(request=None, responses=ReportOutput)
    @action(["post"], detail=True)
    def dismiss(self, request: Request, pk: int) -> Response:
        """Find nothing wrong with the message."""
        dismiss_reports(staff=caller(request), message_id=self._message(), now=timezone.now())
        return self._shown()

    @extend_schema(request=None, responses=ReportOutput)
    @action(["post"], detail=True)
    def hide(self, request: Request, pk: int) -> Response:
        """Show the message to nobody any more."""
        hide_message(staff=caller(request), message_id=self._message(), now=timezone.now())
        return self._shown()

    @extend_schema(request=None, responses=ReportOutput)
    @action(["post"], detail=True)
    def unhide(self, request: Request, pk: int) -> Response:
        """Show the message again."""
        unhide_message(staff=caller(request), message_id=self._message())
        return self._shown()

    @extend_schema(request=None, responses=ReportOutput)
    @action(["post"], detail=True)
    def warn(self, request: Request, pk: int) -> Response:
        """Tell its sender that the message breaks the rules."""
        warn_sender(staff=caller(request), message_id=self._message(), now=timezone.now())
        return self._shown()

    def _report(self) -> Report:
        return get_report(staff=caller(self.request), report_id=self.kwargs["pk"])

    def _message(self) -> UUID:
        return self._report().message_id

    def _shown(self) -> Response:
        return Response(ReportOutput(self._report()).data)
