import pytest

WRITES = {
    "a manager that creates": "Order.objects.create(buyer=ann)",
    "a manager that creates if missing": "Order.objects.get_or_create(buyer=ann)",
    "many at once": "rows.bulk_create(orders)",
    "a new user": "User.objects.create_user('ann')",
    "an instance that is saved": "order.save()",
    "an instance found on the way": "self.get_object().delete()",
    "an attribute that is saved": "request.user.save(update_fields=['email'])",
    "a form that saves its instance": "form.save()",
    "a filtered update": "Order.objects.filter(pk=1).update(total=2)",
    "a filtered deletion": "self.get_queryset().filter(pk=1).delete()",
    "rows from elsewhere, narrowed": "waiting.filter(pk=1).update(total=2)",
    "a related update": "ann.orders.update(total=2)",
    "a related row": "ann.orders.create(total=2)",
    "a reverse relation without a name": "ann.order_set.create(total=2)",
    "a tie to a group": "ann.groups.add(staff)",
    "an awaited save": "await order.asave()",
    "SQL": "cursor.execute('UPDATE store_order SET total = 2')",
    "SQL with parts filled in": "cursor.execute(f'DELETE FROM {table}')",
}
HARMLESS = {
    "a dict": "shown.update(total=2)",
    "a literal dict": "{}.update(total=2)",
    "a dict in a list of rows": "rows[0].update(total=2)",
    "a digest": "hashlib.sha256().update(b'')",
    "a set": "names.add('ann')",
    "another library's creation": "stripe.PaymentIntent.create(amount=2)",
    "the cache": "cache.delete('key')",
    "the session": "request.session.save()",
    "a stored file": "default_storage.delete('a.png')",
    "what is extended": "super().save()",
    "a manager's method that is extended": "super().create_user('ann')",
    "a method of a view": "self.delete(request)",
    "a reading statement": "cursor.execute('SELECT 1')",
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_write_in_a_door_is_found(findings_in, write):
    code = f"class View:\n    async def post(self, request):\n        {write}\n"

    assert findings_in("tasks/late.py", code) == ["3 W1"]


@pytest.mark.parametrize("call", HARMLESS.values(), ids=HARMLESS)
def test_what_only_sounds_like_a_write_is_not_found(findings_in, call):
    code = f"import hashlib\nimport stripe\n\nclass View:\n    def post(self):\n        {call}\n"

    assert findings_in("late.py", code) == []


@pytest.mark.parametrize(
    "place", ["actions/orders.py", "admin.py", "migrations/1.py", "tests/a.py"]
)
def test_the_places_that_write_may(findings_in, place):
    code = 'def _keep(order):\n    order.save()\n    order.objects.create(a="b")\n'

    assert findings_in(place, code) == []


def test_the_kit_may_write_its_own_tables(findings_in):
    assert findings_in("stamps.py", "Stamp.objects.create()\n", app="kit") == []


def test_a_name_that_was_assigned_from_a_query_is_rows(findings_in):
    code = """
        def close(pk):
            waiting = Order.objects.visible_to(None)
            waiting.update(total=2)
    """

    assert findings_in("late.py", code) == ["3 W1"]


def test_a_name_that_is_annotated_as_a_query_is_rows(findings_in):
    code = """
        def close(rows: QuerySet[Order], totals: dict[int, int]):
            totals.update({1: 2})
            rows.update(total=2)
    """

    assert findings_in("late.py", code) == ["3 W1"]


def test_a_name_that_another_library_made_is_no_row(findings_in):
    code = """
        from PIL import Image

        def shrink(file):
            image = Image.open(file)
            image.save(file)
    """

    assert findings_in("late.py", code) == []


def test_a_query_set_that_writes_to_itself_is_found(findings_in):
    code = """
        class OrderQuerySet(models.QuerySet["Order"]):
            def close(self):
                self.update(total=2)
    """

    assert findings_in("rows.py", code) == ["3 W1"]


def test_a_model_that_saves_itself_is_found(findings_in):
    code = """
        class Note(models.Model):
            def close(self):
                self.save()
    """

    assert findings_in("models/notes.py", code) == ["3 W1"]
