"""Messages as a search shows them."""

from rest_framework import serializers

from tradepost.messaging.serializers.messages import MessageOutput


class FoundMessageOutput(MessageOutput):
    snippet = serializers.CharField(
        help_text="Safe HTML: the text around what was found, which is in `<mark>`."
    )
