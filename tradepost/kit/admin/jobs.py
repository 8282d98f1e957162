"""Jobs in the admin: what waits, what failed for good, and another try for it."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from tradepost.kit.jobs.operate import revive_jobs
from tradepost.kit.models import Job


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):
    list_display = ["id", "name", "state", "attempts", "run_at", "finished_at", "error_line"]
    list_filter = ["state", "name"]
    search_fields = ["name", "dedupe_key", "request_id"]
    actions = ["run_again"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return False

    @admin.display(description="last error")
    def error_line(self, job: Job) -> str:
        return job.last_error.strip().rsplit("\n", 1)[-1][:200]

    @admin.action(description="Run again", permissions=["delete"])
    def run_again(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        count = revive_jobs(jobs=queryset, now=timezone.now())
        self.message_user(request, f"{count} jobs will run again.", messages.SUCCESS)
