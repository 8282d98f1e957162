import logging

import pytest

from tradepost.core.management.logs import only_warnings


@pytest.fixture
def root():
    root = logging.getLogger()
    level = root.level
    yield root
    root.setLevel(level)


def test_only_warnings_are_logged_in_the_block(root, caplog):
    root.setLevel(logging.INFO)

    with only_warnings():
        logging.getLogger("tradepost.test").info("small talk")
        logging.getLogger("tradepost.test").warning("fire")

    assert caplog.messages == ["fire"]


@pytest.mark.parametrize("level", [logging.DEBUG, logging.ERROR])
def test_the_level_is_as_before_after_the_block(root, level):
    root.setLevel(level)

    with pytest.raises(ZeroDivisionError), only_warnings():
        raise ZeroDivisionError

    assert root.level == level


def test_a_higher_level_is_not_lowered(root):
    root.setLevel(logging.ERROR)

    with only_warnings():
        assert root.level == logging.ERROR
