from django.urls import path

from tradepost.playground import views

urlpatterns = [
    path("playground/hello/", views.hello, name="playground"),
    path("playground/slow/", views.slow, name="playground-slow"),
    path("playground/notify/", views.notify, name="playground-notify"),
    path("playground/mail/", views.mail, name="playground-mail"),
]
