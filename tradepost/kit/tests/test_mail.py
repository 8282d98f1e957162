import email
import smtplib
from email import policy
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings as project
from django.core import mail
from django.template import TemplateSyntaxError

from tradepost.kit.jobs import GiveUp
from tradepost.kit.mail import (
    RECIPIENT,
    Attachment,
    BadMailHeader,
    MailRefused,
    mail_the_admins,
    message_id,
    remove_mails,
    send_mail,
    send_mails,
)
from tradepost.kit.mail.message import NEEDED_BLOCKS, write_message
from tradepost.kit.tests.smtp import mail_server

TEMPLATE = """{% extends "mail/base.html" %}
{% block subject %}
Hello {{ name }} from {{ site_name }}
{% endblock %}
{% block text %}
Dear {{ name }}, 3 < 4.{% endblock %}
{% block html %}<p>Dear {{ name }}</p>{% endblock %}
{% block why %}You asked for it.{% endblock %}
"""
SHARED = {"base.html", "button.html", "lines.html", "told.html"}
MAILS = sorted(
    path.name
    for path in (Path(project.BASE_DIR) / "templates/mail").glob("*.html")
    if path.name not in SHARED
)


@pytest.fixture
def template(settings, tmp_path):
    """Write a template and return its name."""
    settings.TEMPLATES = [
        {**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}
    ]

    def write(text: str) -> str:
        (tmp_path / "hello.html").write_text(text)
        return "hello.html"

    return write


@pytest.fixture
def hello(template):
    """Describe a mail to ann with this name in it."""

    def describe(name: str = "Ann", *, text: str = TEMPLATE, **fields: object) -> dict[str, object]:
        defaults = {
            "template": template(text),
            "to": "ann@example.com",
            "context": {"name": name},
            "key": "hello",
        }
        return {**defaults, **fields}

    return describe


@pytest.fixture
def send(hello):
    """Send a mail to ann with this name in it."""
    return lambda name="Ann", **fields: send_mail(**hello(name, **fields))


@pytest.fixture
def folder(settings, tmp_path):
    """The folder of the embedded mode, in use."""
    settings.EMAIL_BACKEND = "tradepost.kit.mail.FolderBackend"
    settings.MAIL_DIR = tmp_path / "mail"
    return settings.MAIL_DIR


@pytest.fixture
def server(settings):
    """A mail server, in use."""
    with mail_server() as server:
        settings.EMAIL_BACKEND = "tradepost.kit.mail.SmtpBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield server


def html_of(message) -> str:
    return message.alternatives[0][0]


def parsed(content: bytes):
    return email.message_from_bytes(content, policy=policy.default)


# --- What a mail says --------------------------------------------------------------------------


def test_a_mail_has_a_subject_a_text_and_html(send) -> None:
    send()

    sent = mail.outbox[0]
    assert sent.to == ["ann@example.com"]
    assert sent.subject == "Hello Ann from Tradepost"
    assert sent.body.startswith("Dear Ann, 3 < 4.\n")
    assert "<p>Dear Ann</p>" in html_of(sent)
    assert html_of(sent).startswith("<!doctype html>")


def test_both_parts_say_where_the_mail_comes_from_and_why(send, settings) -> None:
    settings.SITE_NAME, settings.SITE_URL = "Tea & Co", "https://shop.example"

    send()

    sent = mail.outbox[0]
    assert sent.body.endswith("\n-- \nTea & Co, https://shop.example\nYou asked for it.\n")
    assert 'href="https://shop.example"' in html_of(sent)
    assert "Tea &amp; Co</a>" in html_of(sent)
    assert "You asked for it." in html_of(sent)


def test_plain_text_is_not_escaped(send) -> None:
    send("O'Neil & <Sons>")

    sent = mail.outbox[0]
    assert sent.subject == "Hello O'Neil & <Sons> from Tradepost"
    assert sent.body.startswith("Dear O'Neil & <Sons>,")


def test_html_is_escaped(send) -> None:
    send("<script>alert(1)</script>")

    assert "<p>Dear &lt;script&gt;alert(1)&lt;/script&gt;</p>" in html_of(mail.outbox[0])


@pytest.mark.parametrize("block", NEEDED_BLOCKS)
def test_a_template_without_one_of_the_blocks_is_refused(send, block) -> None:
    lacking = TEMPLATE.replace(f"block {block} ", "block another ")

    with pytest.raises(TemplateSyntaxError, match=f"lacks the blocks {block}"):
        send(text=lacking)

    assert mail.outbox == []


@pytest.mark.parametrize("name", MAILS)
def test_every_mail_has_all_blocks(name) -> None:
    message = write_message(
        {"template": f"mail/{name}", "to": "ann@example.com", "context": {}, "key": name}
    )

    assert message.subject
    assert message.body


# --- Who gets it, and what comes with it -------------------------------------------------------


def test_a_mail_goes_to_several_with_copies_and_an_own_sender(send) -> None:
    send(
        to=["ann@example.com", "bob@example.com"],
        cc=["cc@example.com"],
        bcc=["bcc@example.com"],
        reply_to=["desk@example.com"],
        sender="Desk <desk@example.com>",
    )

    sent = mail.outbox[0]
    headers = parsed(sent.message().as_bytes())
    assert sent.recipients() == [
        "ann@example.com", "bob@example.com", "cc@example.com", "bcc@example.com",
    ]  # fmt: skip
    assert headers["To"] == "ann@example.com, bob@example.com"
    assert headers["Cc"] == "cc@example.com"
    assert headers["Reply-To"] == "desk@example.com"
    assert headers["From"] == "Desk <desk@example.com>"
    assert headers["Bcc"] is None


def test_a_mail_comes_from_the_default_sender(send, settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "Shop <shop@example.com>"

    send()

    assert mail.outbox[0].from_email == "Shop <shop@example.com>"


def test_a_file_is_attached_as_it_is(send) -> None:
    send(attachments=[Attachment("bill … ü.pdf", b"%PDF-1.3\n\0\xff", "application/pdf")])

    [part] = parsed(mail.outbox[0].message().as_bytes()).iter_attachments()
    assert part.get_filename() == "bill … ü.pdf"
    assert part.get_content_type() == "application/pdf"
    assert part.get_content() == b"%PDF-1.3\n\0\xff"


def test_mail_programs_are_told_not_to_answer_by_themselves(send) -> None:
    send()

    assert mail.outbox[0].message()["Auto-Submitted"] == "auto-generated"


def test_the_same_key_gives_the_same_message_id() -> None:
    assert message_id("receipt:1") == message_id("receipt:1")
    assert message_id("receipt:1") != message_id("receipt:2")


def test_a_mail_carries_the_message_id_of_its_key(send) -> None:
    send(key="receipt:1")

    assert mail.outbox[0].message()["Message-ID"] == message_id("receipt:1")


# --- Headers -----------------------------------------------------------------------------------


@pytest.mark.parametrize("evil", ["\n", "\r\n", "\r", "\v", "\0", "\x85", "\u2028", "\ud800"])
@pytest.mark.parametrize("field", ["to", "cc", "bcc", "reply_to", "sender"])
def test_an_address_cannot_add_headers(send, field, evil) -> None:
    address = f"ann@example.com{evil}Bcc: eve@example.com"
    value = address if field in {"to", "sender"} else [address]

    with pytest.raises(BadMailHeader) as refusal:
        send(**{field: value})

    assert refusal.value.code == "bad_mail_header"
    assert mail.outbox == []


@pytest.mark.parametrize("evil", ["\n", "\r\n", "\r", "\v", "\0", "\x85", "\u2028", "\ud800"])
def test_a_name_in_the_subject_cannot_add_headers(send, evil) -> None:
    with pytest.raises(BadMailHeader) as refusal:
        send(f"Ann{evil}Bcc: eve@example.com")

    assert refusal.value.field == "Subject"
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("name", "mime_type"),
    [("a.pdf\r\nBcc: eve@example.com", "application/pdf"), ("a.pdf", "text/x\r\nBcc: eve")],
)
def test_an_attachment_cannot_add_headers(send, name, mime_type) -> None:
    with pytest.raises(BadMailHeader):
        send(attachments=[Attachment(name, b"", mime_type)])

    assert mail.outbox == []


@pytest.mark.parametrize("address", ["", "ann", "ann@", "ann@example.com, eve@example.com"])
def test_an_address_is_one_address(send, address) -> None:
    with pytest.raises(BadMailHeader):
        send(to=address)

    assert mail.outbox == []


def test_one_bad_header_keeps_back_all_mails(hello) -> None:
    with pytest.raises(BadMailHeader):
        send_mails([hello(), hello(to="ann")])

    assert mail.outbox == []


def test_no_further_try_is_made_with_a_bad_header() -> None:
    assert issubclass(BadMailHeader, GiveUp)


# --- Over SMTP ---------------------------------------------------------------------------------


def test_a_server_gets_the_whole_mail_and_no_bcc_header(send, server) -> None:
    send("Żaneta", bcc=["bcc@example.com"])

    [(recipients, content)] = server.mails
    received = parsed(content)
    assert recipients == ["ann@example.com", "bcc@example.com"]
    assert received["Subject"] == "Hello Żaneta from Tradepost"
    assert received["Bcc"] is None
    assert received.get_body(("plain",)).get_content().startswith("Dear Żaneta, 3 < 4.")


def test_many_mails_share_one_connection(hello, server) -> None:
    send_mails([hello(to=f"p{n}@example.com", key=f"{n}") for n in range(5)])

    assert [to for to, _ in server.mails] == [[f"p{n}@example.com"] for n in range(5)]
    assert server.connections == 1


def test_no_mails_take_no_connection(server) -> None:
    send_mails([])

    assert server.connections == 0


def test_addresses_that_nobody_has_get_no_mail(hello, server) -> None:
    nobody, somebody = "5@deleted.invalid", "ann@example.com"

    send_mails([hello(to=nobody, key="1"), hello(to=somebody, key="2")])
    send_mails([hello(to=f"Paolo <{nobody}>", key="3")])

    assert [to for to, _ in server.mails] == [[somebody]]
    assert server.connections == 1


def test_a_recipient_who_is_refused_for_good_is_final(send, server) -> None:
    server.refusals["ann@example.com"] = "550 no such mailbox"

    with pytest.raises(MailRefused, match="no such mailbox"):
        send()

    assert server.mails == []


def test_a_recipient_who_is_refused_for_now_is_worth_another_try(send, server) -> None:
    server.refusals["ann@example.com"] = "450 come back later"

    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send()

    assert server.mails == []


@pytest.mark.parametrize(
    ("reply", "error"), [("554 spam", MailRefused), ("451 busy", smtplib.SMTPDataError)]
)
def test_a_mail_is_refused_for_good_or_for_now(send, server, reply, error) -> None:
    server.data_reply = reply

    with pytest.raises(error):
        send()

    assert server.mails == []


def test_a_server_that_is_away_is_worth_another_try(send, server, settings) -> None:
    settings.EMAIL_PORT = 1

    with pytest.raises(ConnectionRefusedError):
        send()


def test_a_refusal_of_one_of_several_recipients_is_not_dropped(send, server) -> None:
    server.refusals["bob@example.com"] = "450 come back later"

    with pytest.raises(MailRefused, match=r"not to all.*bob@example\.com"):
        send(to=["ann@example.com", "bob@example.com"])

    assert [to for to, _ in server.mails] == [["ann@example.com"]]


def test_a_refused_mail_does_not_keep_back_those_after_it(hello, server) -> None:
    server.refusals["bob@example.com"] = "550 no such mailbox"

    with pytest.raises(MailRefused, match="bob"):
        send_mails([hello(to=f"{who}@example.com", key=who) for who in ("bob", "ann")])

    assert [to for to, _ in server.mails] == [["ann@example.com"]]


# --- Admins ------------------------------------------------------------------------------------


def trouble(**fields: object) -> None:
    context = {"title": "It broke", "facts": ["here", "<there>"], **fields}
    mail_the_admins(template="mail/trouble.html", context=context, key="trouble")


def test_admins_get_one_mail_in_two_parts_from_the_server(settings) -> None:
    settings.ADMINS = ["root@example.com", "ops@example.com"]
    settings.SERVER_EMAIL = "server@example.com"

    trouble()

    [sent] = mail.outbox
    assert sent.recipients() == ["root@example.com", "ops@example.com"]
    assert sent.from_email == "server@example.com"
    assert sent.subject == "[Tradepost] It broke"
    assert "here\n<there>\n" in sent.body
    assert "&lt;there&gt;</p>" in html_of(sent)


def test_nobody_is_mailed_without_admins(settings, db, ann) -> None:
    settings.ADMINS = []

    trouble()

    assert mail.outbox == []


# --- In the folder -----------------------------------------------------------------------------


def test_a_mail_that_is_sent_again_is_one_file_in_the_folder(send, folder) -> None:
    send(key="receipt:1")
    send(key="receipt:1")
    send(key="receipt:2")

    assert len(list(folder.glob("*.eml"))) == 2


def test_a_file_in_the_folder_is_the_whole_mail(send, folder) -> None:
    send("Ann", bcc=["bcc@example.com"])

    [file] = folder.iterdir()
    kept = parsed(file.read_bytes())
    assert kept["To"] == "ann@example.com"
    assert kept["Bcc"] == "bcc@example.com"
    assert kept.get_body(("plain",)).get_content().startswith("Dear Ann, 3 < 4.")


def test_mails_to_an_account_can_be_removed_from_the_folder(send, folder):
    ann, bob = uuid4(), uuid4()
    send(recipient_id=ann, key="to ann")
    send(recipient_id=bob, key="to bob")
    send(key="to nobody's account")

    remove_mails(recipient_id=str(ann))

    left = {parsed(file.read_bytes())[RECIPIENT] for file in folder.glob("*.eml")}
    assert left == {str(bob), None}


def test_where_there_is_no_folder_nothing_is_removed(settings, tmp_path):
    settings.MAIL_DIR = tmp_path / "nowhere"

    remove_mails(recipient_id="1")
