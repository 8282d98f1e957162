"""Who answers for the shop sees what was paid, and gives it back."""

from django.db import migrations

NAME = "Customer Service"
PERMISSIONS = {"view_payment": "Can view payment", "refund_payment": "Can refund payment"}


def grant(apps, schema_editor):
    """Give the permissions, whose rows Django would only make after migrating."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=NAME)
    content_type, _ = ContentType.objects.get_or_create(app_label="payments", model="payment")
    for codename, name in PERMISSIONS.items():
        permission, _ = Permission.objects.get_or_create(
            content_type=content_type, codename=codename, defaults={"name": name}
        )
        group.permissions.add(permission)


def withdraw(apps, schema_editor):
    Permission = apps.get_model("auth", "Permission")
    given = Permission.objects.filter(
        content_type__app_label="payments", codename__in=list(PERMISSIONS)
    )
    for group in apps.get_model("auth", "Group").objects.filter(name=NAME):
        group.permissions.remove(*given)


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0010_refunds"),
        ("payments", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(grant, withdraw)]
