from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "tradepost.messaging"

    def ready(self) -> None:
        from tradepost.accounts.personal_data import register_personal_data
        from tradepost.feed.circles import Circle, register_circle
        from tradepost.feed.commands import register_command
        from tradepost.kit.audit import register_invariant
        from tradepost.kit.search.operations import keep_index
        from tradepost.kit.triggers import keep_guards
        from tradepost.messaging import tasks  # noqa: F401 - registers the jobs
        from tradepost.messaging.audit import INVARIANTS
        from tradepost.messaging.events import register_events
        from tradepost.messaging.guards import GUARDS
        from tradepost.messaging.kinds import register_kinds
        from tradepost.messaging.models.search import MESSAGE_TEXTS
        from tradepost.messaging.personal_data import collect_messages
        from tradepost.messaging.queries.circle import list_hearers, list_partners, list_senders
        from tradepost.messaging.signals import handlers  # noqa: F401 - connects the receivers

        keep_guards(self, GUARDS)
        keep_index(MESSAGE_TEXTS, app=self, model_name="Message")
        for invariant in INVARIANTS:
            register_invariant(*invariant)
        register_events()
        register_kinds()
        register_personal_data("messaging", collect=collect_messages)
        register_command("message.send", endpoint="message-list")
        register_command("conversation.read", endpoint="message-mark-conversation-as-read")
        register_circle(Circle("message.created", list_hearers, list_partners, list_senders))
