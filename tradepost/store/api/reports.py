"""What was sold, for the staff."""

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tradepost.accounts.caller import caller_or_none
from tradepost.kit.replica import reads_from_replica
from tradepost.store.reports import choose_period, may_read_reports, read_sales_report, today_here
from tradepost.store.serializers.reports import PeriodInput, SalesReportOutput


class ReadsReports(BasePermission):
    def has_permission(self, request: Request, view: APIView) -> bool:
        reader = caller_or_none(request)
        return reader is not None and may_read_reports(reader)


class SalesReportView(APIView):
    """Revenue, orders, best sellers, customers, stock and prices; for staff who may view orders."""

    permission_classes = [ReadsReports]

    @extend_schema(parameters=[PeriodInput], responses=SalesReportOutput)
    @reads_from_replica
    def get(self, request: Request) -> Response:
        asked = PeriodInput(data=request.query_params)
        asked.is_valid(raise_exception=True)
        period = choose_period(
            first=asked.validated_data.get("from"),
            last=asked.validated_data.get("to"),
            today=today_here(),
        )
        return Response(SalesReportOutput(read_sales_report(period)).data)
