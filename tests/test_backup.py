"""Backups are worth what comes back: each of them is restored, and the books are audited."""

import io
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from conftest import make_user
from tests.races.conftest import database_url
from tests.servers import ROOT
from tradepost.feed.actions.epochs import begin_new_epoch
from tradepost.feed.queries import read_feed
from tradepost.kit.backups import BackupRefused, read_manifest, restore_backup, write_backup
from tradepost.kit.backups.databases import KEEPERS
from tradepost.kit.tests.pictures import upload
from tradepost.messaging.tests.factories import make_conversation, say
from tradepost.store.actions.images import add_image
from tradepost.store.models import Product
from tradepost.store.tests.factories import make_product

pytestmark = pytest.mark.skipif(
    connection.vendor not in ("sqlite", "postgresql"),
    reason="MariaDB cannot restore all or nothing",
)


def manage(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    said = {
        "REDIS_URL": "",
        "DJANGO_LOG_LEVEL": "WARNING",
        "SECRET_KEY": "for-tests",
        "LOG_FILE": "off",
    }
    return subprocess.run(
        [sys.executable, ROOT / "manage.py", *command],
        env={**inherited, **said, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@contextmanager
def another_database(folder: Path):
    """An empty database of the same kind as the tests', gone afterwards: its address."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{folder / 'another.sqlite3'}"
        return
    name = f"tp_backup_{uuid4().hex[:12]}"
    before, _, _ = database_url().rpartition("/")
    with psycopg.connect(f"{before}/postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{before}/{name}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "here" / "media"
    settings.DATA_DIR = tmp_path / "here"
    settings.MEDIA_ROOT.mkdir(parents=True)
    return settings.MEDIA_ROOT


@pytest.fixture
def backup(media, tmp_path) -> Path:
    """A backup of a product with a picture and of a conversation."""
    add_image(product_id=make_product().pk, file=upload())
    ann = make_user("ann")
    say(ann, make_conversation(ann, make_user("bob")), "Until tomorrow")
    file = tmp_path / "backup.tar"
    write_backup(path=file, now=timezone.now())
    return file


def wait_for(condition) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def changed(file: Path, change) -> Path:
    """Write a backup anew with what ``change(members)`` makes of its members by name."""
    with tarfile.open(file) as archive:
        members = {m.name: archive.extractfile(m).read() for m in archive}
    change(members)
    other = file.with_name("other.tar")
    with tarfile.open(other, "w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return other


def ask(database: str, sql: str) -> list[tuple]:
    """Run a statement in another database."""
    if database.startswith("sqlite"):
        with closing(sqlite3.connect(database.removeprefix("sqlite:///"))) as there, there:
            return there.execute(sql).fetchall()
    with psycopg.connect(database) as there:
        cursor = there.execute(sql)
        return cursor.fetchall() if cursor.description else []


@pytest.mark.django_db(transaction=True)
def test_a_backup_comes_back_once_into_an_empty_database_and_again_by_force(
    backup, media, tmp_path
):
    elsewhere = tmp_path / "elsewhere"
    [picture] = media.rglob("*.jpg")
    with another_database(tmp_path) as database:
        environment = {"DATABASE_URL": database, "DATA_DIR": str(elsewhere)}
        restored = manage("restore", str(backup), **environment)
        audited = manage("audit", **environment)
        bodies = ask(database, "SELECT body FROM messaging_message")
        ask(database, "UPDATE store_product SET title = 'lost'")

        refused = manage("restore", str(backup), **environment)
        kept = ask(database, "SELECT title FROM store_product")
        forced = manage("restore", "--force", str(backup), **environment)
        titles = ask(database, "SELECT title FROM store_product")

    assert (restored.returncode, restored.stderr) == (0, "")
    assert audited.returncode == 0, audited.stdout
    assert "all of them hold" in audited.stdout
    assert bodies == [("Until tomorrow",)]
    copied = elsewhere / "media" / picture.relative_to(media)
    assert copied.read_bytes() == picture.read_bytes()
    assert refused.returncode == 1
    assert "The database is not empty. --force replaces everything in it." in refused.stderr
    assert kept == [("lost",)]
    assert (forced.returncode, forced.stderr) == (0, "")
    assert titles == [(Product.objects.get().title,)]


@pytest.mark.django_db(transaction=True)
def test_a_backup_says_what_it_is_and_only_its_owner_reads_it(backup):
    manifest = read_manifest(backup)

    assert (manifest.vendor, manifest.media, manifest.version) == (connection.vendor, True, "0.1.0")
    assert ["accounts", "0001_initial"] in manifest.migrations
    assert [name for name in manifest.files if name.startswith("media/store/images/")] != []
    assert backup.stat().st_mode & 0o777 == 0o600


@pytest.mark.django_db(transaction=True)
def test_clients_of_the_feed_load_everything_afresh_after_a_restore(ann, bob, monkeypatch):
    restored = []
    monkeypatch.setattr(
        "tradepost.core.management.commands.restore.restore_backup",
        lambda **how: restored.append(how) or type("M", (), {"made_at": "then"}),
    )
    say(ann, make_conversation(ann, bob), "Hello")
    before = read_feed(user=bob, after=0)

    call_command("restore", "file.tar")
    after = read_feed(user=bob, after=before.seq, epoch=before.epoch)
    of_a_newcomer = read_feed(user=make_user("eve"), after=0)

    assert restored == [{"path": Path("file.tar").absolute(), "force": False}]
    assert (before.reset, after.reset, of_a_newcomer.reset) == (False, True, False)


@pytest.mark.django_db(transaction=True)
def test_somebody_without_a_feed_loads_everything_afresh_as_well(ann):
    before = read_feed(user=ann, after=0)

    begin_new_epoch()

    assert read_feed(user=ann, after=0, epoch=before.epoch).reset


def flip_a_bit(members: dict[str, bytes]) -> None:
    name = next(name for name in members if name.startswith("media/"))
    content = members[name]
    members[name] = content[:-1] + bytes([content[-1] ^ 1])


def drop_a_file(members: dict[str, bytes]) -> None:
    del members[next(name for name in members if name.startswith("media/"))]


def add_a_file(members: dict[str, bytes]) -> None:
    members["media/store/images/another.jpg"] = b"x"


def lead_outwards(members: dict[str, bytes]) -> None:
    manifest = json.loads(members["manifest.json"])
    manifest["files"]["../outside"] = "0" * 64
    members["manifest.json"] = json.dumps(manifest).encode()


def forget_the_manifest(members: dict[str, bytes]) -> None:
    del members["manifest.json"]


def come_from_the_future(members: dict[str, bytes]) -> None:
    manifest = json.loads(members["manifest.json"])
    manifest["migrations"].append(["store", "9999_not_written_yet"])
    members["manifest.json"] = json.dumps(manifest).encode()


def be_of_another_kind(members: dict[str, bytes]) -> None:
    manifest = json.loads(members["manifest.json"])
    manifest["vendor"] = "oracle"
    members["manifest.json"] = json.dumps(manifest).encode()


def have_another_format(members: dict[str, bytes]) -> None:
    manifest = json.loads(members["manifest.json"])
    manifest["format"] = 2
    members["manifest.json"] = json.dumps(manifest).encode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (flip_a_bit, "is damaged: its checksum is another"),
        (drop_a_file, "is not whole"),
        (add_a_file, "which its manifest does not"),
        (lead_outwards, "its manifest makes no sense"),
        (forget_the_manifest, "it has no manifest"),
        (come_from_the_future, "store.9999_not_written_yet is not known here"),
        (be_of_another_kind, "The backup is one of oracle"),
        (have_another_format, "has format 2; this version reads 1"),
    ],
)
def test_a_backup_that_is_not_sound_changes_nothing(backup, media, change, sentence):
    before = sorted(p.name for p in media.rglob("*"))
    spoilt = changed(backup, change)

    with pytest.raises(BackupRefused, match=sentence):
        restore_backup(path=spoilt, force=True)

    assert sorted(p.name for p in media.rglob("*")) == before
    assert sorted(p.name for p in Path(settings.DATA_DIR).iterdir()) == ["media"]
    assert make_user("eve").pk is not None  # the database works as before


@pytest.mark.django_db(transaction=True)
def test_half_of_a_backup_is_refused(backup):
    half = backup.with_name("half.tar")
    half.write_bytes(backup.read_bytes()[: backup.stat().st_size // 2])

    with pytest.raises(BackupRefused):
        restore_backup(path=half, force=True)


@pytest.mark.django_db(transaction=True)
def test_a_backup_is_never_written_over(backup):
    content = backup.read_bytes()

    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", str(backup))

    assert backup.read_bytes() == content


@pytest.mark.django_db(transaction=True)
def test_a_folder_keeps_its_newest_backups(media, tmp_path, capsys):
    folder = tmp_path / "backups"
    folder.mkdir()
    for day in ("20250101", "20250102"):
        (folder / f"tradepost-{day}T000000Z.tar").touch()
    (folder / "notes.txt").touch()

    call_command("backup", str(folder), keep=2)

    left = sorted(p.name for p in folder.iterdir())
    assert left[:2] == ["notes.txt", "tradepost-20250102T000000Z.tar"]
    assert len(left) == 3
    assert "tradepost-20250101T000000Z.tar is removed." in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("keep", [0, -1])
def test_a_backup_leaves_at_least_one(media, tmp_path, keep):
    with pytest.raises(CommandError, match="at least one"):
        call_command("backup", str(tmp_path), keep=keep)


@pytest.mark.django_db(transaction=True)
def test_a_backup_leaves_nothing_beside_itself(backup, media):
    assert [p for p in media.rglob(".*")] == []
    assert sorted(p.name for p in backup.parent.iterdir()) == ["backup.tar", "here"]


@pytest.mark.django_db(transaction=True)
def test_a_file_that_is_removed_while_the_backup_is_made_is_in_it_with_its_row(
    media, tmp_path, monkeypatch
):
    image = add_image(product_id=make_product().pk, file=upload())
    keeper = KEEPERS[connection.vendor]
    save = keeper.save

    def save_and_lose(self, path):
        save(self, path)
        default_storage.delete(image.image.name)

    monkeypatch.setattr(keeper, "save", save_and_lose)
    write_backup(path=tmp_path / "backup.tar", now=timezone.now())

    assert f"media/{image.image.name}" in read_manifest(tmp_path / "backup.tar").files


@pytest.mark.django_db(transaction=True)
def test_a_file_that_comes_while_the_backup_is_made_is_in_it_with_its_row(
    media, tmp_path, monkeypatch
):
    product, images = make_product(), []
    keeper = KEEPERS[connection.vendor]
    save = keeper.save

    def add_and_save(self, path):
        images.append(add_image(product_id=product.pk, file=upload()))
        save(self, path)

    monkeypatch.setattr(keeper, "save", add_and_save)
    write_backup(path=tmp_path / "backup.tar", now=timezone.now())

    [image] = images
    assert f"media/{image.image.name}" in read_manifest(tmp_path / "backup.tar").files


@pytest.mark.django_db(transaction=True)
def test_the_password_of_the_database_is_on_no_command_line(media, tmp_path, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no password")
    seen = []
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "open-sesame")
    run = subprocess.run

    def watched(command, **how):
        seen.append((command, how["env"].get("PGPASSWORD")))
        return run(command, **how)

    monkeypatch.setattr("tradepost.kit.backups.databases.subprocess.run", watched)
    write_backup(path=tmp_path / "backup.tar", now=timezone.now())

    [(command, password)] = seen
    assert password == "open-sesame"
    assert not any("open-sesame" in part or part == "postgres" for part in command)


def test_a_database_that_others_write_to_is_copied_whole(shop, tmp_path):
    """While carts are made as fast as one client can, on SQLite."""
    made, stop = [], threading.Event()

    def shop_on() -> None:
        with shop.visitor() as visitor:
            while not stop.is_set():
                made.append(visitor.post("store/carts/").raise_for_status().json()["id"])

    visitor = threading.Thread(target=shop_on)
    visitor.start()
    elsewhere = tmp_path / "elsewhere"
    here = {"DATABASE_URL": "", "DATA_DIR": str(shop.folder)}
    there = {"DATABASE_URL": "", "DATA_DIR": str(elsewhere)}
    try:
        wait_for(lambda: len(made) >= 10)
        before = len(made)
        backed_up = manage("backup", str(tmp_path / "busy.tar"), **here)
        after = len(made)
    finally:
        stop.set()
        visitor.join()
    restored = manage("restore", str(tmp_path / "busy.tar"), **there)
    audited = manage("audit", **there)

    assert (backed_up.returncode, backed_up.stderr) == (0, "")
    assert after > before > 0  # writers did not wait until it was over
    assert (restored.returncode, restored.stderr) == (0, "")
    assert (audited.returncode, "all of them hold" in audited.stdout) == (0, True), audited.stdout
    with closing(sqlite3.connect(elsewhere / "db.sqlite3")) as copy:
        kept = {cart for (cart,) in copy.execute("SELECT id FROM store_cart")}
    in_time = {cart.replace("-", "") for cart in made[:before]}
    assert in_time <= kept
    assert httpx.get(f"{shop.address}/readyz").status_code == 200
