from django.urls import path

from tradepost.accounts.views.passwords import ForgotPassword, NewPassword
from tradepost.accounts.views.profile import account
from tradepost.accounts.views.sign_in import Register, SignIn, SignOut

urlpatterns = [
    path("account/", account, name="account"),
    path("account/sign-in/", SignIn.as_view(), name="sign-in"),
    path("account/sign-out/", SignOut.as_view(), name="sign-out"),
    path("account/register/", Register.as_view(), name="register"),
    path("account/reset/", ForgotPassword.as_view(), name="forgot-password"),
    path("account/reset/<str:uidb64>/<str:token>/", NewPassword.as_view(), name="new-password"),
]
