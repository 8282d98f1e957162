"""MariaDB and MySQL know no unique constraint on an expression: there, columns that nobody sees carry
the names in small letters, so that one name has one account on every database."""

from django.db import migrations

NAMES = {"email": 254, "username": 150}


def keep_names_unique(apps, schema_editor):
    if schema_editor.connection.vendor == "mysql":
        for name, length in NAMES.items():
            schema_editor.execute(
                f"ALTER TABLE accounts_user ADD COLUMN small_{name} VARCHAR({length})"
                f" GENERATED ALWAYS AS (LOWER({name})) VIRTUAL INVISIBLE,"
                f" ADD UNIQUE KEY one_account_per_{name} (small_{name})"
            )


def forget(apps, schema_editor):
    if schema_editor.connection.vendor == "mysql":
        for name in NAMES:
            schema_editor.execute(f"ALTER TABLE accounts_user DROP COLUMN small_{name}")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_hides_presence")]
    operations = [migrations.RunPython(keep_names_unique, forget, atomic=False)]
