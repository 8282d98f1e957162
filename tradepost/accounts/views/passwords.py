"""A new password for those who forgot theirs."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import INTERNAL_RESET_SESSION_TOKEN, PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.generic import FormView

from tradepost.accounts.actions.users import ask_for_new_password, set_password
from tradepost.accounts.forms import ForgotPasswordForm, NewPasswordForm
from tradepost.accounts.limits import PasswordResets
from tradepost.kit.http.pages import check_limit


class ForgotPassword(FormView):  # type: ignore[type-arg]
    """Ask for a link by mail. The answer does not tell whether the address is known."""

    template_name = "accounts/forgot_password.html"
    form_class = ForgotPasswordForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        check_limit(PasswordResets(), request)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: ForgotPasswordForm) -> HttpResponse:
        ask_for_new_password(**form.cleaned_data)
        messages.success(
            self.request,
            _("If there is an account with that address, a mail with a link is on its way."),
        )
        return redirect("sign-in")


class NewPassword(PasswordResetConfirmView):
    """Choose a new password with the link from the mail."""

    template_name = "accounts/new_password.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("sign-in")

    def form_valid(self, form: Any) -> HttpResponse:
        set_password(user=form.user, password=form.cleaned_data["new_password1"])
        del self.request.session[INTERNAL_RESET_SESSION_TOKEN]
        messages.success(self.request, _("Your password is changed. Please sign in with it."))
        return redirect(self.get_success_url())
