"""Fixtures of the feed's tests."""

import pytest

from tradepost.feed.tests.live import live, of_tests, quick  # noqa: F401 - fixtures


@pytest.fixture(autouse=True)
def events_of_tests(of_tests) -> None:  # noqa: F811 - it is that fixture
    """There are the made-up events."""
