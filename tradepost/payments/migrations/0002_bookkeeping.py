"""The group that sees what was paid and may give it back."""

from django.db import migrations

NAME = "Bookkeeping"
PERMISSIONS = {
    "payment": {"view_payment": "Can view payment", "refund_payment": "Can refund payment"},
    "refund": {"view_refund": "Can view refund"},
    "providerevent": {"view_providerevent": "Can view provider event"},
}


def make_group(apps, schema_editor):
    """Make the group with its permissions, whose rows Django would only make after migrating."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=NAME)
    for model, permissions in PERMISSIONS.items():
        content_type, _ = ContentType.objects.get_or_create(app_label="payments", model=model)
        for codename, name in permissions.items():
            permission, _ = Permission.objects.get_or_create(
                content_type=content_type, codename=codename, defaults={"name": name}
            )
            group.permissions.add(permission)


def remove_group(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(make_group, remove_group)]
