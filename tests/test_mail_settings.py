"""How mails are sent, as the environment says."""

import json
import subprocess
import sys

import pytest

from tests.test_settings import ROOT

PRINT = """
import json, django
django.setup()
from django.conf import settings
print(json.dumps([getattr(settings, name) for name in {names!r}]))
"""


@pytest.fixture
def environment(tmp_path) -> dict[str, str]:
    """Nothing that a developer's .env says, and a folder of the test's own."""
    nothing = dict.fromkeys(
        ["EMAIL_URL", "ADMINS", "SERVER_EMAIL", "SELLER_ADDRESS", "LOG_FILE"], ""
    )
    return {
        **nothing,
        "DJANGO_SETTINGS_MODULE": "config.settings.common",
        "DATA_DIR": str(tmp_path),
        "DEFAULT_FROM_EMAIL": "Shop <shop@example.com>",
    }


def run(environment: dict[str, str], code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True,
        check=True,
    ).stdout  # fmt: skip


def settings_of(environment: dict[str, str], *names: str) -> list[object]:
    return json.loads(run(environment, PRINT.format(names=names)))


@pytest.mark.parametrize(
    ("url", "port", "tls", "ssl"),
    [
        ("smtp+tls://shop:s%2Fcret@mail.example:587", 587, True, False),
        ("smtp+ssl://shop:s%2Fcret@mail.example:465", 465, False, True),
        ("smtp://shop:s%2Fcret@mail.example:25", 25, False, False),
    ],
)
def test_an_smtp_address_is_taken_apart(environment, url, port, tls, ssl):
    environment["EMAIL_URL"] = url

    backend, host, found_port, user, password = settings_of(
        environment, "EMAIL_BACKEND", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_HOST_USER",
        "EMAIL_HOST_PASSWORD",
    )  # fmt: skip

    assert backend == "tradepost.kit.mail.SmtpBackend"
    assert (host, found_port) == ("mail.example", port)
    assert (user, password) == ("shop", "s/cret")
    assert settings_of(environment, "EMAIL_USE_TLS", "EMAIL_USE_SSL") == [tls, ssl]


def test_a_port_is_a_number(environment):
    environment["EMAIL_URL"] = "smtp+tls://mail.example:587"

    [port] = settings_of(environment, "EMAIL_PORT")

    assert type(port) is int


def test_the_inbox_page_is_for_mails_that_are_not_sent(environment):
    assert settings_of(environment, "SHOW_MAIL", "EMAIL_BACKEND") == [
        True, "tradepost.kit.mail.FolderBackend",
    ]  # fmt: skip

    environment["EMAIL_URL"] = "smtp://mail.example"

    assert settings_of(environment, "SHOW_MAIL") == [False]


def test_mails_can_go_to_the_console(environment):
    environment["EMAIL_URL"] = "consolemail://"
    environment["ADMINS"] = "root@example.com"

    shown = run(environment, (
        "import django; django.setup()\n"
        "from tradepost.kit.mail import mail_the_admins\n"
        "mail_the_admins(template='mail/trouble.html', key='a',"
        " context={'title': 'It broke', 'facts': []})"
    ))  # fmt: skip

    assert "Subject: [Tradepost] It broke" in shown
    assert "From: Shop <shop@example.com>" in shown


def test_admins_are_plain_addresses(environment):
    environment |= {"ADMINS": "root@example.com, ops@example.com,", "SERVER_EMAIL": "s@example.com"}

    assert settings_of(environment, "ADMINS", "SERVER_EMAIL") == [
        ["root@example.com", "ops@example.com"], "s@example.com",
    ]  # fmt: skip


def test_without_a_word_there_are_no_admins_and_one_sender(environment):
    assert settings_of(environment, "ADMINS", "SERVER_EMAIL") == [[], "Shop <shop@example.com>"]


def test_django_itself_mails_nobody(environment):
    environment["ADMINS"] = "root@example.com"

    handlers = run(environment, (
        "import django, logging; django.setup()\n"
        "print([type(h).__name__ for n in ('', 'django', 'django.request')"
        " for h in logging.getLogger(n).handlers])"
    ))  # fmt: skip

    assert handlers == "['StreamHandler', 'RotatingFileHandler', 'FaultMails']\n"
