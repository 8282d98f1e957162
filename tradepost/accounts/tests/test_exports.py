"""A copy of one's own data."""

import json
import re
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone

from tradepost.accounts import personal_data
from tradepost.accounts.actions import exports
from tradepost.accounts.actions.blocks import block_person
from tradepost.accounts.actions.users import close_account
from tradepost.accounts.errors import AccountClosed
from tradepost.accounts.models import Export
from tradepost.accounts.personal_data import json_list, register_personal_data, write_archive
from tradepost.kit.jobs import kinds
from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.kit.models import Job

EXPORT = "/api/v1/accounts/export/"
FILE = f"{EXPORT}file/"
FOLDER = exports.FOLDER


@pytest.fixture(autouse=True)
def media(tmp_path, settings):
    """Files of these tests lie in a folder of their own."""
    settings.MEDIA_ROOT = tmp_path


def files() -> list[str]:
    try:
        return default_storage.listdir(FOLDER)[1]
    except FileNotFoundError:
        return []


def make(user, *, now=None) -> Export:
    """Ask for a copy and have it made."""
    now = now or timezone.now()
    export = exports.ensure_export(user=user, now=now)
    exports.make_export(export_id=export.pk, now=now)
    export.refresh_from_db()
    return export


def unpack(answer) -> ZipFile:
    return ZipFile(BytesIO(b"".join(answer.streaming_content)))


def test_asking_for_the_copy_starts_it_and_says_so(api, ann) -> None:
    answer = api(ann).get(EXPORT)

    shown = answer.json()
    assert (answer.status_code, shown.pop("asked_at")[:2]) == (202, "20")
    assert shown == {"state": "asked", "ready_at": None, "expires_at": None, "file": None}
    assert list(Job.objects.values_list("name", flat=True)) == ["accounts.make_export"]


def test_asking_again_meanwhile_starts_no_other(api, ann) -> None:
    for method in ("get", "get", "post"):
        assert getattr(api(ann), method)(EXPORT).status_code == 202

    assert (Export.objects.count(), Job.objects.count()) == (1, 1)


def test_a_copy_that_is_ready_can_be_fetched(api, ann) -> None:
    api(ann).get(EXPORT)

    run_due_jobs()

    answer = api(ann).get(EXPORT)
    assert (answer.status_code, answer.json()["state"]) == (200, "ready")
    assert answer.json()["file"] == f"http://testserver{FILE}"
    file = api(ann).get(FILE)
    assert (file.status_code, file["Content-Type"]) == (200, "application/zip")
    assert file["Content-Disposition"] == 'attachment; filename="your-data.zip"'
    assert file["Cache-Control"] == "private, no-store"
    assert unpack(file).namelist()[:2] == ["account.json", "blocked_people.json"]


def test_the_copy_holds_the_account_without_the_password(api, ann, bob) -> None:
    block_person(blocker=ann, person_id=bob.pk)
    make(ann)

    copy = unpack(api(ann).get(FILE))

    account = json.loads(copy.read("account.json"))
    assert set(account) == {
        "id", "username", "email", "first_name", "last_name", "phone_number", "role", "groups",
        "hides_presence",
        "is_active", "is_staff", "is_superuser", "created_at", "date_joined", "last_login",
    }  # fmt: skip
    assert (account["id"], account["email"]) == (str(ann.pk), "ann@example.com")
    [blocked] = json.loads(copy.read("blocked_people.json"))
    assert (set(blocked), blocked["name"]) == ({"name", "blocked_at"}, "Bob Example")
    everything = b"".join(copy.read(name) for name in copy.namelist()).decode()
    assert "bob@example.com" not in everything
    assert ann.password not in everything


@pytest.mark.parametrize("address", [EXPORT, FILE])
def test_visitors_have_no_copy(api, db, address) -> None:
    assert api().get(address).status_code == 401


def test_a_copy_is_there_for_its_owner_only(api, ann, bob) -> None:
    make(ann)

    answer = api(bob).get(FILE)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_there_is_no_file_before_it_is_ready(api, ann) -> None:
    api(ann).get(EXPORT)

    assert api(ann).get(FILE).status_code == 404


def test_a_copy_whose_file_is_lost_is_not_there(api, ann) -> None:
    default_storage.delete(str(make(ann).file))

    assert api(ann).get(FILE).status_code == 404


def test_a_mail_leads_to_the_page_once(ann) -> None:
    exports.ask_for_export(user=ann, now=timezone.now())

    run_due_jobs()

    [sent] = mail.outbox
    assert (sent.to, sent.subject) == (["ann@example.com"], "Your data from Tradepost")
    assert f"{settings.SITE_URL}/account/#export" in sent.body
    assert "/account/#export" in sent.alternatives[0][0]
    assert not re.search(r"[0-9a-f]{32}\.zip", sent.body)


def test_a_new_copy_can_be_asked_for_once_a_day(ann) -> None:
    now = timezone.now()
    first = make(ann, now=now)

    same = exports.ask_for_export(user=ann, now=now + timedelta(hours=23, minutes=59))
    other = exports.ask_for_export(user=ann, now=now + timedelta(days=1))

    assert same == first
    assert (other.state, other == first) == ("asked", False)
    run_due_jobs()
    assert files() == [str(Export.objects.get().file).rpartition("/")[2]]


def test_a_look_at_a_copy_that_may_be_fetched_starts_no_other(ann) -> None:
    now = timezone.now()
    first = make(ann, now=now)

    assert exports.ensure_export(user=ann, now=now + timedelta(days=6)) == first


def test_a_copy_ends_after_a_week(api, ann) -> None:
    long_ago = timezone.now() - timedelta(days=7)
    first = make(ann, now=long_ago)

    assert api(ann).get(FILE).status_code == 404
    assert api(ann).get(EXPORT).json()["state"] == "asked"
    assert not Export.objects.filter(pk=first.pk).exists()


def test_the_files_of_ended_copies_are_removed(ann, bob) -> None:
    now = timezone.now()
    make(ann, now=now - timedelta(days=7))
    kept = make(bob, now=now - timedelta(days=6))

    kinds["accounts.end_exports"].run()
    run_due_jobs()

    assert list(Export.objects.all()) == [kept]
    assert files() == [str(kept.file).rpartition("/")[2]]


def test_a_copy_that_came_to_nothing_can_be_asked_for_anew(ann) -> None:
    now = timezone.now()
    first = exports.ensure_export(user=ann, now=now - timedelta(hours=6, minutes=1))

    exports.end_exports(now=now)

    first.refresh_from_db()
    assert first.state == "failed"
    assert exports.ensure_export(user=ann, now=now).state == "asked"
    exports.make_export(export_id=first.pk, now=now)  # a try that comes too late
    assert files() == []


def test_a_copy_that_is_being_made_is_not_given_up(ann) -> None:
    now = timezone.now()
    export = exports.ensure_export(user=ann, now=now - timedelta(hours=5))

    exports.end_exports(now=now)

    export.refresh_from_db()
    assert export.state == "asked"


def test_a_copy_that_is_being_made_is_not_begun_anew(ann) -> None:
    now = timezone.now()
    export = exports.ask_for_export(user=ann, now=now - timedelta(days=2))

    assert exports.ask_for_export(user=ann, now=now) == export


def test_a_job_that_runs_twice_makes_one_copy(ann, django_assert_num_queries) -> None:
    export = make(ann)

    with django_assert_num_queries(1):  # the export: there is nothing to do
        exports.make_export(export_id=export.pk, now=timezone.now())

    assert files() == [str(export.file).rpartition("/")[2]]


def test_an_account_that_is_closed_meanwhile_leaves_no_file(ann, monkeypatch) -> None:
    export = exports.ensure_export(user=ann, now=timezone.now())
    monkeypatch.setitem(
        personal_data._collectors, "zz", lambda user: close_account(user=user) or []
    )

    exports.make_export(export_id=export.pk, now=timezone.now())

    assert (files(), Export.objects.count()) == ([], 0)


def test_closing_an_account_removes_its_copy(ann) -> None:
    make(ann)

    close_account(user=ann)
    run_due_jobs()

    assert (files(), Export.objects.count()) == ([], 0)
    assert mail.outbox == []


def test_deleting_a_user_for_good_removes_the_copy(ann) -> None:
    make(ann)

    ann.delete()
    run_due_jobs()

    assert files() == []


def test_a_closed_account_has_no_copy_made(ann) -> None:
    close_account(user=ann)

    for ask in (exports.ensure_export, exports.ask_for_export):
        with pytest.raises(AccountClosed):
            ask(user=ann, now=timezone.now())


def test_files_that_no_row_knows_are_swept_but_the_youngest(ann) -> None:
    known = make(ann)
    default_storage.save(f"{FOLDER}/stray.zip", ContentFile(b"x"))
    now = timezone.now()

    young = exports.sweep_export_files(now=now)
    old = exports.sweep_export_files(now=now + timedelta(days=1, minutes=1))

    assert (young, old) == (0, 1)
    assert files() == [str(known.file).rpartition("/")[2]]


def test_the_database_keeps_one_copy_a_person_and_a_file_when_ready(ann) -> None:
    export = make(ann)

    with pytest.raises(IntegrityError), transaction.atomic():
        Export.objects.create(user=ann, asked_at=timezone.now())
    with pytest.raises(IntegrityError, match="export_has_file"), transaction.atomic():
        Export.objects.filter(pk=export.pk).update(file="")


def test_files_are_named_at_random(ann) -> None:
    assert re.fullmatch(r"accounts/exports/[0-9a-f]{32}\.zip", str(make(ann).file))


def test_other_apps_add_what_they_keep(ann, monkeypatch) -> None:
    monkeypatch.setattr(personal_data, "_collectors", {})
    register_personal_data("tea", collect=lambda user: [("tea/cups.txt", iter([b"one ", b"two"]))])
    archive = BytesIO()

    write_archive(archive, user=ann)

    copy = ZipFile(archive)
    assert (copy.namelist(), copy.read("tea/cups.txt")) == (["tea/cups.txt"], b"one two")
    assert copy.infolist()[0].date_time[0] == timezone.now().year
    with pytest.raises(ValueError, match="exported already"):
        register_personal_data("tea", collect=lambda user: [])


@pytest.mark.parametrize("path", ["../x", "/x", "a/../x", "a\\x", "", "a//b", ".x", "a/", "x\n"])
def test_no_path_leads_out_of_the_folder(ann, monkeypatch, path) -> None:
    monkeypatch.setattr(personal_data, "_collectors", {"x": lambda user: [(path, [])]})

    with pytest.raises(ValueError, match="cannot be a path"):
        write_archive(BytesIO(), user=ann)


def test_no_path_is_there_twice(ann, monkeypatch) -> None:
    twice = [("x.txt", [b"1"]), ("x.txt", [b"2"])]
    monkeypatch.setattr(personal_data, "_collectors", {"x": lambda user: twice})

    with pytest.raises(ValueError, match="cannot be a path"):
        write_archive(BytesIO(), user=ann)


@pytest.mark.parametrize("rows", [[], [{"a": 1}], [{"a": 1}, {"a": None}]])
def test_rows_become_a_json_array(rows) -> None:
    assert json.loads(b"".join(json_list(rows))) == rows


def test_rows_are_asked_for_one_by_one() -> None:
    def endless():
        while True:
            yield {"a": 1}

    chunks = json_list(endless())

    assert (next(chunks), next(chunks)) == (b'[\n{"a":1}', b',\n{"a":1}')


def test_a_look_at_the_copy_takes_one_query(ann, api, django_assert_num_queries) -> None:
    make(ann)

    with django_assert_num_queries(1):  # the export
        api(ann).get(EXPORT)


def test_fetching_the_file_takes_one_query(ann, api, django_assert_num_queries) -> None:
    make(ann)

    with django_assert_num_queries(1):  # the export
        api(ann).get(FILE)


def test_of_a_copy_that_is_gone_nobody_is_told(ann) -> None:
    export = make(ann)
    close_account(user=ann)

    kinds["accounts.send_export_ready"].run(export_id=str(export.pk))

    assert mail.outbox == []
