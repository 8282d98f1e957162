"""What no constraint can say of messages, and the database keeps all the same."""

from tradepost.kit.triggers import Guard

GUARDS = (
    Guard(
        name="reply_is_where_its_parent_is",
        table="messaging_message",
        on=("INSERT", "UPDATE"),
        when="NEW.parent_id IS NOT NULL",
        refuses="""NOT EXISTS (
            SELECT 1 FROM messaging_message parent
            WHERE parent.id = NEW.parent_id AND parent.conversation_id = NEW.conversation_id
            AND COALESCE(parent.root_id, parent.id) = NEW.root_id AND parent.depth + 1 = NEW.depth
        )""",
    ),
    Guard(
        name="changed_message_has_history",
        table="messaging_message",
        on=("UPDATE",),
        # But what is forgotten for good leaves no history.
        when="""NEW.body IS DISTINCT FROM OLD.body
            AND NOT (NEW.deleted_at IS NOT NULL AND NEW.version = 1)""",
        refuses="""NEW.version <= OLD.version OR NOT EXISTS (
            SELECT 1 FROM messaging_messagehistory history
            WHERE history.message_id = NEW.id AND history.version = OLD.version
        )""",
    ),
)
