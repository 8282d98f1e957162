import pytest

GOOD = """
    from django.db.models.signals import post_save
    from django.dispatch import receiver

    @receiver(post_save, sender=Order, dispatch_uid="store.note")
    def note(instance, created, raw=False, **kwargs):
        if created and not raw:
            keep_note(order=instance)
"""


def test_a_short_handler_in_its_place_is_not_found(findings_in):
    assert findings_in("signals/handlers.py", GOOD) == []


@pytest.mark.parametrize("place", ["models/notes.py", "apps.py", "signals/__init__.py", "api.py"])
def test_a_receiver_elsewhere_is_found(findings_in, place):
    assert findings_in(place, GOOD) == ["4 S1"]


@pytest.mark.parametrize(
    "connection",
    [
        "post_save.connect(note)",
        "signals.post_save.connect(note)",
        "order_created.connect(note)",
        'whatever.connect(note, dispatch_uid="store.note")',
    ],
)
def test_a_connection_elsewhere_is_found(findings_in, connection):
    code = f"from tradepost.store.signals import order_created\n\n{connection}\n"

    assert findings_in("apps.py", code) == ["3 S1"]


def test_a_connection_to_a_database_is_not_found(findings_in):
    assert findings_in("apps.py", "import sqlite3\n\nsqlite3.connect('a')\n") == []


def test_a_handler_of_six_lines_is_found(findings_in):
    code = """
        @receiver(order_created, dispatch_uid="store.note")
        def note(order, **kwargs):
            one()
            two()
            three()
            four()
            five()
            six()
    """

    assert findings_in("signals/handlers.py", code) == ["2 S1"]


def test_a_docstring_does_not_count_towards_five_lines(findings_in):
    code = '''
        @receiver(order_created, dispatch_uid="store.note")
        def note(order, **kwargs):
            """Note it."""
            one()
            two()
            three()
            four()
            five()
    '''

    assert findings_in("signals/handlers.py", code) == []


@pytest.mark.parametrize("signal", ["post_save", "signals.pre_save", "[order_created, post_save]"])
def test_a_handler_that_does_not_look_at_raw_is_found(findings_in, signal):
    code = f"""
        @receiver({signal}, dispatch_uid="store.note")
        def note(instance, raw=False, **kwargs):
            keep_note(order=instance)
    """

    assert findings_in("signals/handlers.py", code) == ["2 S1"]


def test_a_connected_handler_that_does_not_look_at_raw_is_found(findings_in):
    code = """
        def note(instance, **kwargs):
            keep_note(order=instance)

        post_save.connect(note, dispatch_uid="store.note")
    """

    assert findings_in("signals/handlers.py", code) == ["1 S1"]


def test_a_handler_may_find_raw_among_its_keywords(findings_in):
    code = """
        @receiver(post_save, dispatch_uid="store.note")
        def note(instance, **kwargs):
            if not kwargs["raw"]:
                keep_note(order=instance)
    """

    assert findings_in("signals/handlers.py", code) == []


def test_a_handler_of_a_deletion_is_told_of_no_raw(findings_in):
    code = """
        @receiver(post_delete, dispatch_uid="store.note")
        def note(instance, **kwargs):
            keep_note(order=instance)
    """

    assert findings_in("signals/handlers.py", code) == []


def test_a_receiver_without_a_dispatch_uid_is_found(findings_in):
    code = """
        @receiver(order_created)
        def note(order, **kwargs):
            keep_note(order=order)
    """

    assert findings_in("signals/handlers.py", code) == ["1 S1"]


def test_a_declaration_that_knows_an_action_is_found(findings_in):
    code = "from tradepost.store.actions.orders import place_order\n"

    assert findings_in("signals/__init__.py", code) == ["1 S1"]
