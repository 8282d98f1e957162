from pathlib import Path

import pytest

from tools.house.check import check_house
from tools.house.migrations import BEFORE_THE_RULE

REFUSED = {
    "a column that must be there": 'AddField("order", "note", m.TextField(default=""))',
    "one by keywords": 'AddField(model_name="order", name="note", field=m.TextField())',
    "a key with its index": 'AddField("order", "of", m.ForeignKey("User", null=True))',
    "a column with an index": 'AddField("order", "at", m.DateTimeField(null=True, db_index=True))',
    "a column of unique values": 'AddField("order", "sku", m.TextField(null=True, unique=True))',
    "a generated column": 'AddField("order", "sum", m.GeneratedField(db_persist=True))',
    "a field from elsewhere": 'AddField("order", "note", make_field())',
    "a field by a name": 'AddField("order", "note", field)',
    "an index": 'AddIndex("order", m.Index(fields=["note"], name="by_note"))',
    "a constraint": 'AddConstraint("order", m.CheckConstraint(condition=q, name="c"))',
    "another type": 'AlterField("order", "note", m.CharField(max_length=9))',
    "another name of a column": 'RenameField("order", "note", "remark")',
    "another name of a table": 'RenameModel("Order", "Purchase")',
    "a removed column": 'RemoveField("order", "note")',
    "a removed table": 'DeleteModel("Order")',
    "an index in a transaction": 'AddIndexOnline("order", m.Index(fields=["note"], name="n"))',
}
LET_IN = {
    "a column that may be empty": 'AddField("order", "note", m.TextField(null=True))',
    "a column with a default": 'AddField("order", "n", m.IntegerField(db_default=0))',
    "a key without its index": 'AddField("o", "of", m.ForeignKey("U", null=True, db_index=False))',
    "a table between tables": 'AddField("order", "tags", m.ManyToManyField("Tag"))',
    "a removed index": 'RemoveIndex("order", "by_note")',
    "what Django remembers": 'SeparateDatabaseAndState(state_operations=[RemoveField("o", "n")])',
    "with a reason": 'RemoveField("order", "n"),  # house: allow M1 because nothing reads it',
}
SECOND = "0012_second.py"


def migration(operations: str, *, atomic: bool = True) -> str:
    return f"""\
class Migration(migrations.Migration):
    atomic = {atomic}
    operations = [
        migrations.{operations}
    ]
"""


@pytest.mark.parametrize("operation", REFUSED.values(), ids=REFUSED)
def test_what_locks_or_breaks_is_found(findings_in, operation):
    assert findings_in(f"migrations/{SECOND}", migration(operation)) == ["4 M1"]


@pytest.mark.parametrize("operation", LET_IN.values(), ids=LET_IN)
def test_what_does_neither_is_not_found(findings_in, operation):
    assert findings_in(f"migrations/{SECOND}", migration(operation)) == []


def test_an_index_that_is_made_outside_of_transactions_is_not_found(findings_in):
    code = migration(REFUSED["an index in a transaction"], atomic=False)

    assert findings_in(f"migrations/{SECOND}", code) == []


@pytest.mark.parametrize("table", ["Note", "note"])
def test_the_tables_of_the_migration_itself_are_empty(findings_in, table):
    index = f'AddIndex("{table}", models.Index(fields=["at"], name="n"))'
    code = migration(f'CreateModel(name="Note", fields=[]), migrations.{index}')

    assert findings_in(f"migrations/{SECOND}", code) == []


def test_what_was_there_before_the_rule_is_let_be(findings_in):
    code = migration(REFUSED["a removed column"])
    last = BEFORE_THE_RULE["store"]

    assert findings_in(f"migrations/{last:04}_last.py", code) == []
    assert findings_in(f"migrations/{last + 1:04}_first.py", code) == ["4 M1"]


def test_a_new_app_is_judged_from_its_first_migration(findings_in):
    code = migration(REFUSED["a removed column"])

    assert findings_in("migrations/0001_initial.py", code, app="gifts") == ["4 M1"]


def test_an_allowance_without_a_reason_is_found(findings_in):
    code = migration('RemoveField("order", "note"),  # house: allow M1')

    assert findings_in(f"migrations/{SECOND}", code) == ["4 H1"]


def test_other_rules_say_nothing_about_migrations(findings_in):
    assert findings_in(f"migrations/{SECOND}", "order.save()\n") == []


def test_the_list_of_what_was_there_is_that_of_real_apps():
    package = Path(check_house.__code__.co_filename).parents[2] / "tradepost"
    for app, number in BEFORE_THE_RULE.items():
        assert list((package / app / "migrations").glob(f"{number:04}_*.py")), app
