import email
from email import policy

import pytest
from django.core import mail

from tradepost.kit.mail import message_id, send_mail

TEMPLATE = """
{% block subject %}Hello {{ name }}
  from {{ site_name }}{% endblock %}
{% block text %}
Dear {{ name }}, 3 < 4.
{% endblock %}
{% block html %}<p>Dear {{ name }}</p>{% endblock %}
"""


@pytest.fixture
def send(settings, tmp_path):
    """Send a mail to ann with this name in it."""
    (tmp_path / "hello.html").write_text(TEMPLATE)
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]

    def send(name: str = "Ann", *, to: str = "ann@example.com", key: str = "hello") -> None:
        send_mail(template="hello.html", to=to, context={"name": name}, key=key)

    return send


@pytest.fixture
def folder(settings, tmp_path):
    """The folder of the embedded mode, in use."""
    settings.EMAIL_BACKEND = "tradepost.kit.mail.FolderBackend"
    settings.MAIL_DIR = tmp_path / "mail"
    return settings.MAIL_DIR


def html_of(message) -> str:
    return message.alternatives[0][0]


def test_a_mail_has_a_subject_a_text_and_html(send) -> None:
    send()

    sent = mail.outbox[0]
    assert sent.to == ["ann@example.com"]
    assert sent.subject == "Hello Ann from Tradepost"
    assert sent.body == "Dear Ann, 3 < 4.\n"
    assert html_of(sent) == "<p>Dear Ann</p>"


def test_plain_text_is_not_escaped(send) -> None:
    send("O'Neil & <Sons>")

    sent = mail.outbox[0]
    assert sent.subject == "Hello O'Neil & <Sons> from Tradepost"
    assert sent.body.startswith("Dear O'Neil & <Sons>,")


def test_html_is_escaped(send) -> None:
    send("<script>alert(1)</script>")

    assert html_of(mail.outbox[0]) == "<p>Dear &lt;script&gt;alert(1)&lt;/script&gt;</p>"


@pytest.mark.parametrize("end_of_line", ["\n", "\r\n", "\r", "\v", "\x85", "\u2028"])
def test_a_name_cannot_add_headers(send, end_of_line) -> None:
    send(f"Ann{end_of_line}Bcc: eve@example.com")

    headers = email.message_from_bytes(mail.outbox[0].message().as_bytes(), policy=policy.default)
    assert headers["Bcc"] is None
    assert headers["Subject"] == "Hello Ann Bcc: eve@example.com from Tradepost"


def test_an_address_cannot_add_headers(send) -> None:
    with pytest.raises(ValueError, match="newlines"):
        send(to="ann@example.com\nBcc: eve@example.com")

    assert mail.outbox == []


def test_the_same_key_gives_the_same_message_id() -> None:
    assert message_id("receipt:1") == message_id("receipt:1")
    assert message_id("receipt:1") != message_id("receipt:2")


def test_a_mail_carries_the_message_id_of_its_key(send) -> None:
    send(key="receipt:1")

    assert mail.outbox[0].message()["Message-ID"] == message_id("receipt:1")


def test_a_mail_that_is_sent_again_is_one_file_in_the_folder(send, folder) -> None:
    send(key="receipt:1")
    send(key="receipt:1")
    send(key="receipt:2")

    assert len(list(folder.glob("*.eml"))) == 2


def test_a_file_in_the_folder_is_the_whole_mail(send, folder) -> None:
    send("Ann")

    [file] = folder.iterdir()
    kept = email.message_from_bytes(file.read_bytes(), policy=policy.default)
    assert kept["To"] == "ann@example.com"
    assert kept.get_body(("plain",)).get_content().strip() == "Dear Ann, 3 < 4."
