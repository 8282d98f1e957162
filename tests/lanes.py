"""What is apart from the database: it is the same on each, and CI runs it on two of them only.

``-m "not browser and not apart"`` is the lane of MariaDB in .ci/run: all else runs there. Pages in
browsers are left out of it, too: what they ask of the database, plain requests ask.
"""

import pytest

APART = (
    "tests/house/",
    "tests/test_bucket.py",
    "tests/test_celery_settings.py",
    "tests/test_deploy_files.py",
    "tests/test_deploy_servers.py",
    "tests/test_developers_settings.py",
    "tests/test_documentation.py",
    "tests/test_house_rules.py",
    "tests/test_import_contracts.py",
    "tests/test_load.py",
    "tests/test_logs.py",
    "tests/test_mail_settings.py",
    "tests/test_pgbouncer.py",
    "tests/test_schema.py",
    "tests/test_settings.py",
    "tests/test_static.py",
    "tests/test_watching_files.py",
)


def mark_apart(items: list[pytest.Item]) -> None:
    """Mark the tests of ``APART``, so that a lane can leave them out by name."""
    for item in items:
        if item.nodeid.startswith(APART):
            item.add_marker("apart")
