from django.urls import path

from tradepost.notifications import views

urlpatterns = [
    path("notifications/", views.notifications, name="notifications"),
    path("notifications/read/", views.notifications_read, name="notifications-read"),
    path("notifications/preferences/", views.preferences, name="notification-preferences"),
    path("notifications/stop-mail/<str:token>/", views.stop_mail, name="stop-mail"),
    path("push-worker.js", views.push_worker, name="push-worker"),
    path("notifications/<uuid:pk>/", views.notification, name="notification"),
]
