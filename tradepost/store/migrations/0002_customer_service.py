"""The group that answers for the shop and may work on customers and orders."""

from django.db import migrations

NAME = "Customer Service"
LABELS = {"customer": "customer", "order": "order"}
EXTRA = {"customer": {"view_history": "Can view history"}, "order": {"cancel_order": "Can cancel order"}}


def make_group(apps, schema_editor):
    """Make the group with its permissions, whose rows Django would only make after migrating."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=NAME)
    for model, label in LABELS.items():
        content_type, _ = ContentType.objects.get_or_create(app_label="store", model=model)
        names = {f"{verb}_{model}": f"Can {verb} {label}" for verb in ("add", "change", "delete", "view")}
        for codename, name in {**names, **EXTRA[model]}.items():
            permission, _ = Permission.objects.get_or_create(
                content_type=content_type, codename=codename, defaults={"name": name}
            )
            group.permissions.add(permission)


def remove_group(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(make_group, remove_group)]
