from django.urls import path

from tradepost.core import views

urlpatterns = [
    path("", views.home, name="home"),
    path("mail/", views.mail, name="mail"),
    path("mail/<str:name>/", views.mail_message, name="mail-message"),
    path("mail/<str:name>/html/", views.mail_html, name="mail-html"),
]
