"""Conversations in the admin, one file per noun; ``deeds.py`` says how all of them write.

To read what people wrote takes the view permission of messages, to see reports that of reports.
"""

from tradepost.messaging.admin import conversations, messages, reports

__all__ = ["conversations", "messages", "reports"]
