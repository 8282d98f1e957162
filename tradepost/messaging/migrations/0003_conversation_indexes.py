"""What somebody was named in and has not read is found by index."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def fill_places(apps, schema_editor):
    """Give mentions that were there before the places of their messages."""
    messages = apps.get_model("messaging", "Message").objects.filter(pk=OuterRef("message_id"))
    apps.get_model("messaging", "Mention").objects.filter(seq=None).update(
        conversation=Subquery(messages.values("conversation_id")[:1]),
        seq=Subquery(messages.values("seq")[:1]),
    )
    if schema_editor.connection.vendor == "postgresql":  # what waits for its check cannot be altered
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):

    dependencies = [
        ("messaging", "0002_messaging_whole"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="mention",
            name="conversation",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="messaging.conversation"),
        ),
        migrations.AddField(
            model_name="mention",
            name="seq",
            field=models.PositiveBigIntegerField(null=True),
        ),
        migrations.RunPython(fill_places, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="mention",
            name="conversation",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="messaging.conversation"),
        ),
        migrations.AlterField(
            model_name="mention",
            name="seq",
            field=models.PositiveBigIntegerField(),
        ),
        migrations.AlterField(
            model_name="mention",
            name="user",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="mentions", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name="mention",
            index=models.Index(fields=["user", "conversation", "seq"], name="mention_of_user"),
        ),
    ]
