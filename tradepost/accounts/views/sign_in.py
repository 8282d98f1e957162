"""Coming in and going out."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.views import LoginView, LogoutView, RedirectURLMixin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from tradepost.accounts.actions.users import register_user
from tradepost.accounts.errors import LockedOut
from tradepost.accounts.forms import RegisterForm
from tradepost.accounts.limits import Registrations, SignIns
from tradepost.kit.errors import Invalid
from tradepost.kit.http.pages import check_limit

BACKEND = "django.contrib.auth.backends.ModelBackend"


class ForVisitors(RedirectURLMixin):
    """A page that lets people in, and sends those who are in to where they want to go."""

    next_page = settings.LOGIN_REDIRECT_URL

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect(self.get_success_url())
        return super().get(request, *args, **kwargs)  # type: ignore[misc,no-any-return]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        context.pop("site_name", None)  # Django puts the host's name over ours
        return {**context, "next": self.get_redirect_url()}


class SignIn(ForVisitors, LoginView):
    template_name = "accounts/sign_in.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        check_limit(SignIns(), request)
        return super().post(request, *args, **kwargs)


@method_decorator([sensitive_post_parameters("password"), never_cache], name="dispatch")
class Register(ForVisitors, FormView):  # type: ignore[type-arg]
    """Make an account and sign its owner in."""

    template_name = "accounts/register.html"
    form_class = RegisterForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        check_limit(Registrations(), request)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: RegisterForm) -> HttpResponse:
        try:
            user = register_user(**form.cleaned_data)
        except Invalid as error:
            form.add_error(error.field, str(error))
            return self.form_invalid(form)
        login(self.request, user, backend=BACKEND)
        messages.success(self.request, _("Welcome, %(name)s.") % {"name": user.first_name})
        return redirect(self.get_success_url())


class SignOut(LogoutView):
    http_method_names = ["get", "post", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Nobody signs out by following a link."""
        return redirect(settings.LOGOUT_REDIRECT_URL)


def locked_out(
    request: HttpRequest, response: HttpResponseBase | None = None, credentials: object = None
) -> HttpResponseBase:
    """Answer somebody who guessed too often; the API has its own answer ready."""
    if response is not None and request.path.startswith("/api/"):
        return response
    wait = int(settings.AXES_COOLOFF_TIME.total_seconds())
    error = LockedOut(retry_after_seconds=wait)
    page = render(request, "accounts/locked_out.html", {"error": error, "minutes": wait // 60})
    page.status_code, page["Retry-After"] = 429, str(wait)
    return page
