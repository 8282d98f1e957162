"""What waits for the staff, and how the shop is doing."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tradepost.accounts.caller import SignedInRequest
from tradepost.core.forms import JobForm
from tradepost.core.panels import read_panels
from tradepost.kit.http.pages import posted_from
from tradepost.kit.jobs.operate import revive_job


@login_required
def dashboard(request: SignedInRequest) -> HttpResponse:
    """The panels that the reader may see. Raises PermissionDenied for who is no staff."""
    if not request.user.is_staff:
        raise PermissionDenied
    return render(request, "core/dashboard.html", {"panels": read_panels(request.user)})


@login_required
@posted_from("dashboard")
def jobs_revive(request: SignedInRequest) -> HttpResponse:
    """Run a dead job again; for those who may do it in the admin."""
    if not (request.user.is_staff and request.user.has_perm("kit.delete_job")):
        raise PermissionDenied
    job = JobForm(request.POST)
    is_one = job.is_valid() and revive_job(job_id=job.cleaned_data["job"], now=timezone.now())
    if is_one:
        messages.success(request, _("The job will run again."))
    else:
        messages.error(request, _("There is no such job that has failed for good."))
    return redirect("dashboard")
