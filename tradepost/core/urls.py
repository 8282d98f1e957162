from django.urls import path

from tradepost.core.views import dashboard, home, mail, robots
from tradepost.kit.http import paths  # noqa: F401 - registers the converter of numbers

urlpatterns = [
    path("", home.home, name="home"),
    path("robots.txt", robots.robots, name="robots"),
    path("products/<number:pk>/like/", home.product_like, name="product-like"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("dashboard/jobs/", dashboard.jobs_revive, name="jobs-revive"),
    path("mail/", mail.mail, name="mail"),
    path("mail/<str:name>/", mail.mail_message, name="mail-message"),
    path("mail/<str:name>/html/", mail.mail_html, name="mail-html"),
    path("mail/<str:name>/files/<int:number>/", mail.mail_attachment, name="mail-attachment"),
]
