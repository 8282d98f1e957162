from django.urls import path

from tradepost.accounts.views.leaving import export_ask, leave
from tradepost.accounts.views.passwords import ForgotPassword, NewPassword
from tradepost.accounts.views.people import person_block, person_unblock
from tradepost.accounts.views.profile import account
from tradepost.accounts.views.sessions import session_end, sessions, sessions_end
from tradepost.accounts.views.sign_in import Register, SignIn, SignOut

urlpatterns = [
    path("account/", account, name="account"),
    path("account/export/", export_ask, name="export-ask"),
    path("account/delete/", leave, name="leave"),
    path("account/people/<uuid:pk>/block/", person_block, name="person-block"),
    path("account/people/<uuid:pk>/unblock/", person_unblock, name="person-unblock"),
    path("account/sessions/", sessions, name="sessions"),
    path("account/sessions/end/", sessions_end, name="sessions-end"),
    path("account/sessions/<slug:handle>/end/", session_end, name="session-end"),
    path("account/sign-in/", SignIn.as_view(), name="sign-in"),
    path("account/sign-out/", SignOut.as_view(), name="sign-out"),
    path("account/register/", Register.as_view(), name="register"),
    path("account/reset/", ForgotPassword.as_view(), name="forgot-password"),
    path("account/reset/<str:uidb64>/<str:token>/", NewPassword.as_view(), name="new-password"),
]
