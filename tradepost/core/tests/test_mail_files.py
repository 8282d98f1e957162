"""What comes with mails, and to whom copies go, in the mailbox of the embedded mode."""

import os
import time
from datetime import timedelta

import pytest
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from tradepost.accounts.models import User
from tradepost.kit.mail import RECIPIENT, FolderBackend

BILL = ("bill.pdf", b"%PDF-1.3 \0\xff\r\n", "application/pdf")


@pytest.fixture
def keep(settings, tmp_path):
    """Put a mail into a folder of the test's own."""
    settings.MAIL_DIR, settings.SHOW_MAIL = tmp_path / "mail", True

    def keep(*files: tuple[str, bytes, str], meant_for: User | None = None, **addresses) -> None:
        headers = {"Message-ID": "<one>"}
        if meant_for is not None:
            headers[RECIPIENT] = str(meant_for.pk)
        mail = EmailMultiAlternatives("Hello", "text", headers=headers, **addresses)
        mail.attach_alternative("<p>text</p>", "text/html")
        for file in files:
            mail.attach(*file)
        FolderBackend().send_messages([mail])

    return keep


@pytest.fixture
def page(client):
    """``page(ann)`` is the answer that ann gets; ``page(ann, "files/0/")`` an address below it."""

    def answer(user: User, below: str = ""):
        client.force_login(user)
        return client.get(f"/mail/one/{below}")

    return answer


def test_attachments_are_listed_with_their_sizes(page, ann, keep):
    keep(BILL, ("a & b.txt", b"x" * 2048, "text/plain"), to=["ann@example.com"])

    text = page(ann).content.decode()

    assert '<a href="/mail/one/files/0/" download>bill.pdf</a>' in text
    assert '<a href="/mail/one/files/1/" download>a &amp; b.txt</a>' in text
    assert "2.0\xa0KB" in text


def test_a_mail_without_attachments_says_nothing_of_them(page, ann, keep):
    keep(to=["ann@example.com"])

    assert "Attached" not in page(ann).content.decode()


def test_an_attachment_is_downloaded_as_it_was(page, ann, keep):
    keep(BILL, to=["ann@example.com"])

    answer = page(ann, "files/0/")

    assert answer.content == BILL[1]
    assert answer["Content-Disposition"] == 'attachment; filename="bill.pdf"'
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("../../etc/passwd", 'attachment; filename="passwd"'),
        ("C:\\temp\\x.exe", 'attachment; filename="x.exe"'),
        ('a";b.pdf', 'attachment; filename="a\\";b.pdf"'),
        ("rechnung … ü.pdf", "attachment; filename*=utf-8''rechnung%20%E2%80%A6%20%C3%BC.pdf"),
        ("a\u202efdp.exe", 'attachment; filename="afdp.exe"'),
        ("..", 'attachment; filename="attachment"'),
    ],
)
def test_the_name_of_a_download_is_safe(page, ann, keep, name, stored):
    keep((name, b"x", "text/html"), to=["ann@example.com"])

    assert page(ann, "files/0/")["Content-Disposition"] == stored


@pytest.mark.parametrize("number", ["1", "-1", "9999999999"])
def test_an_attachment_that_is_not_there_is_a_404(page, ann, keep, number):
    keep(BILL, to=["ann@example.com"])

    assert page(ann, f"files/{number}/").status_code == 404


def test_an_attachment_of_somebody_elses_mail_is_a_404(page, bob, keep, ann):
    keep(BILL, to=["ann@example.com"])

    assert page(bob, "files/0/").status_code == 404


def test_an_attachment_needs_an_account(client, keep, db):
    keep(BILL, to=["ann@example.com"])

    assert client.get("/mail/one/files/0/")["Location"].startswith("/account/sign-in/")


def test_there_are_no_attachments_where_mails_are_sent(page, ann, keep, settings):
    keep(BILL, to=["ann@example.com"])
    settings.SHOW_MAIL = False

    assert page(ann, "files/0/").status_code == 404


@pytest.mark.parametrize("header", ["cc", "bcc"])
def test_who_gets_a_copy_reads_it(page, ann, bob, charlie, keep, header):
    keep(meant_for=ann, to=["ann@example.com"], **{header: ["bob@example.com"]})

    assert page(ann).status_code == 200
    assert page(bob).status_code == 200
    assert page(charlie).status_code == 404


def test_copies_are_named_and_secret_ones_are_not(page, ann, keep):
    keep(to=["ann@example.com"], cc=["cc@example.com"], bcc=["secret@example.com"])

    text = page(ann).content.decode()

    assert "cc@example.com" in text
    assert "secret@example.com" not in text


def test_a_mail_meant_for_an_account_is_not_for_who_has_its_address_now(page, ann, bob, keep):
    keep(meant_for=ann, to=["bob@example.com"])

    assert page(bob).status_code == 404


def test_a_copy_from_before_the_account_was_made_is_a_404(page, bob, keep, settings):
    keep(to=["ann@example.com"], cc=["bob@example.com"])
    before = time.time() - timedelta(hours=1).total_seconds()
    os.utime(settings.MAIL_DIR / "one.eml", (before, before))
    assert bob.created_at > timezone.now() - timedelta(minutes=30)

    assert page(bob).status_code == 404
