from django.urls import path

from tradepost.notifications import views

urlpatterns = [
    path("notifications/", views.notifications, name="notifications"),
    path("notifications/read/", views.notifications_read, name="notifications-read"),
    path("notifications/<uuid:pk>/", views.notification, name="notification"),
]
