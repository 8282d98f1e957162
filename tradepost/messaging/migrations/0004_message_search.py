"""What messages say is found by index."""

from django.db import migrations

from tradepost.kit.search.operations import CreateSearchIndex


class Migration(migrations.Migration):

    dependencies = [
        ("messaging", "0003_conversation_indexes"),
    ]

    operations = [
        CreateSearchIndex(
            model_name="Message",
            table="messaging_message_search",
            fields=("body",),
            scope="conversation",
        ),
    ]
