import pytest

ACTION = '''
    from tradepost.kit.transactions import atomic

    @atomic
    def place_order(*, buyer: User) -> Order:
        """Turn the cart into an order."""
'''
FAULTY = {
    "without a transaction": ("@atomic\n", "@cache\n"),
    "with Django's transaction": ("tradepost.kit.transactions", "django.db.transaction"),
    "with another object's transaction": ("@atomic", "@transaction.atomic"),
    "with a positional argument": ("*, buyer: User", "buyer: User"),
    "with any number of arguments": ("*, buyer: User", "*buyers: User"),
    "without a docstring": ('"""Turn the cart into an order."""', "pass"),
    "as a generator": ('order."""', 'order."""\n        yield 1'),
    "asynchronously": ("def place_order", "async def place_order"),
}


def test_an_action_is_not_found(findings_in):
    assert findings_in("actions/orders.py", ACTION) == []


@pytest.mark.parametrize(("good", "bad"), FAULTY.values(), ids=FAULTY)
def test_an_action_written_wrongly_is_found(findings_in, good, bad):
    code = ACTION.replace(good, bad)

    found = findings_in("actions/orders.py", code)

    assert [finding.split()[1] for finding in found] == ["A1"]


def test_a_single_file_of_actions_is_looked_at(findings_in):
    assert findings_in("actions.py", ACTION.replace("*, ", "")) == ["4 A1"]


def test_a_step_of_an_action_is_free_in_its_form(findings_in):
    assert findings_in("actions/orders.py", "def _announce(order):\n    pass\n") == []


def test_a_lock_may_take_its_key_by_position_and_joins_the_transaction(findings_in):
    code = 'def lock_cart(cart_id):\n    """Lock it."""\n'

    assert findings_in("actions/carts.py", code) == []


def test_a_lock_says_what_it_returns(findings_in):
    assert findings_in("actions/carts.py", "def lock_cart(cart_id):\n    pass\n") == ["1 A1"]


def test_what_speaks_last_words_joins_the_transaction(findings_in):
    code = '''
        def publish(*, kind):
            """Add an event."""
            before_commit(_write, kind, order=10)
    '''

    assert findings_in("actions/publishing.py", code) == []
