from django.urls import path

from tradepost.messaging import views

urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/new/", views.start_conversation, name="start-conversation"),
    path("inbox/<uuid:pk>/", views.conversation, name="conversation"),
    path("inbox/<uuid:pk>/send/", views.conversation_send, name="conversation-send"),
    path("inbox/<uuid:pk>/read/", views.conversation_read, name="conversation-read"),
]
