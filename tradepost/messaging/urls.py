from django.urls import path

from tradepost.messaging.views import about, conversation, inbox, messages, search, starting, thread

urlpatterns = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/new/", starting.start, name="start-conversation"),
    path("inbox/new/group/", starting.start_group, name="start-group"),
    path("inbox/search/", search.search, name="message-search-page"),
    path("inbox/<uuid:pk>/", conversation.conversation, name="conversation"),
    path("inbox/<uuid:pk>/send/", conversation.conversation_send, name="conversation-send"),
    path("inbox/<uuid:pk>/read/", conversation.conversation_read, name="conversation-read"),
    path("inbox/<uuid:pk>/about/", about.about, name="about-conversation"),
    path("inbox/<uuid:pk>/title/", about.title, name="conversation-title"),
    path("inbox/<uuid:pk>/state/", about.state, name="conversation-state"),
    path("inbox/<uuid:pk>/own/", about.arrange, name="conversation-arrange"),
    path("inbox/<uuid:pk>/add/", about.person_add, name="conversation-add"),
    path("inbox/<uuid:pk>/remove/", about.person_remove, name="conversation-remove"),
    path("inbox/<uuid:pk>/owner/", about.person_own, name="conversation-owner"),
    path("inbox/<uuid:pk>/leave/", about.leave, name="conversation-leave-page"),
    path("inbox/messages/<uuid:pk>/thread/", thread.message_thread, name="message-thread-page"),
    path(
        "inbox/messages/<uuid:pk>/history/", messages.message_history, name="message-history-page"
    ),
    path("inbox/messages/<uuid:pk>/edit/", messages.message_edit, name="message-edit"),
    path("inbox/messages/<uuid:pk>/delete/", messages.message_delete, name="message-delete"),
    path(
        "inbox/messages/<uuid:pk>/restore/", messages.message_restore, name="message-restore-page"
    ),
    path("inbox/messages/<uuid:pk>/react/", messages.message_react, name="message-react"),
    path("inbox/messages/<uuid:pk>/unreact/", messages.message_unreact, name="message-unreact"),
    path("inbox/messages/<uuid:pk>/unread/", messages.message_unread, name="message-unread-page"),
    path("inbox/messages/<uuid:pk>/press/", messages.message_press, name="message-press-page"),
    path("inbox/messages/<uuid:pk>/report/", messages.message_report, name="message-report-page"),
]
