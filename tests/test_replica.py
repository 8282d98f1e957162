"""Reads from a replica: of what it has, and never less than was there when they began."""

import os
import shutil
import tempfile
from pathlib import Path

import httpx
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from prometheus_client.parser import text_string_to_metric_families

from config.settings.databases import read_databases
from failover.postgres import Server, find_programs
from tests.servers import running_server

TOKEN = "a-token-for-the-tests"
ACCOUNT = {"password": "correct-horse-staple", "first_name": "A", "last_name": "Reader"}
SAID = "SELECT count(*) FROM messaging_message WHERE strpos(body, %s) > 0"


@pytest.fixture(scope="module")
def pair():
    """A primary and a replica that follows it, which may be behind."""
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL has replicas that the product reads")
    programs = find_programs()
    if programs is None:
        assert not os.environ.get("CI"), "CI must have PostgreSQL's own programs"
        pytest.skip("PostgreSQL's own programs are not here")
    folder = Path(tempfile.mkdtemp(prefix="tradepost-replica-"))
    folder.chmod(0o711)  # PostgreSQL's user has folders in it
    names = ("primary", "replica")
    primary, replica = (Server(name=name, folder=folder, bin_folder=programs) for name in names)
    try:
        primary.make_primary()
        primary.start()
        replica.copy_from(primary)
        replica.start()
        yield primary, replica
    finally:
        replica.kill()
        primary.kill()
        shutil.rmtree(folder)


def url_of(server: Server) -> str:
    return f"postgres://postgres@127.0.0.1:{server.port}/postgres"


@pytest.fixture(scope="module")
def site(pair, tmp_path_factory):
    primary, replica = pair
    options = {
        "DATABASE_URL": url_of(primary), "REPLICA_URL": url_of(replica), "REDIS_URL": "",
        "METRICS": TOKEN, "DEMO": "off", "DJANGO_LOG_LEVEL": "WARNING",
    }  # fmt: skip
    with running_server(data_dir=tmp_path_factory.mktemp("site"), **options) as address:
        yield address


def register(api: httpx.Client, name: str) -> tuple[str, httpx.Client]:
    """Return a new person's id, and a client that is signed in as them."""
    account = {**ACCOUNT, "username": name, "email": f"{name}@example.com"}
    person = api.post("auth/users/", json=account).raise_for_status().json()
    tokens = api.post("auth/jwt/create/", json=account).raise_for_status().json()
    headers = {"Authorization": f"JWT {tokens['access']}"}
    return person["id"], httpx.Client(base_url=api.base_url, headers=headers, timeout=30)


@pytest.fixture(scope="module")
def talk(site):
    """Say something in a conversation, and look for it at once: whether it was found."""
    api = httpx.Client(base_url=f"{site}/api/v1/", timeout=30)
    _, ann = register(api, "ann")
    bob_id, _ = register(api, "bob")
    asked = {"participant_ids": [bob_id]}
    started = ann.post("conversations/", json=asked).raise_for_status().json()

    def say(word: str) -> bool:
        message = {"conversation": started["conversation_id"], "message_body": f"Here is {word}"}
        ann.post("messages/", json=message).raise_for_status()
        found = ann.get("messages/search/", params={"q": word}).raise_for_status().json()
        return len(found["results"]) == 1

    return say


def reads(site: str) -> dict[str, float]:
    """Return how many reads were answered by whom."""
    text = httpx.get(f"{site}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    return {
        sample.labels["outcome"]: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "tradepost_replica_reads_total"
    }


def test_what_one_wrote_is_found_at_once_in_a_replica_that_follows(site, talk):
    found = [talk(f"word{number}") for number in range(20)]

    assert found == [True] * 20
    assert reads(site).get("replica", 0) > 0


def test_a_replica_that_is_behind_is_not_read(site, talk, pair):
    _, replica = pair
    before = reads(site)
    replica.ask("SELECT pg_wal_replay_pause()")
    try:
        assert talk("marzipan")
        assert replica.ask(SAID, "marzipan") == [(0,)]  # it would not have been found
    finally:
        replica.ask("SELECT pg_wal_replay_resume()")

    after = reads(site)
    assert after.get("behind", 0) == before.get("behind", 0) + 1
    assert after.get("replica", 0) == before.get("replica", 0)


def test_a_place_is_found_there_and_on_its_page(site, pair):
    before = reads(site).get("replica", 0)

    assert httpx.get(f"{site}/api/v1/properties/").status_code == 200
    assert httpx.get(f"{site}/stays/").status_code == 200

    assert reads(site)["replica"] == before + 2


def test_without_the_replica_the_primary_is_read(site, talk, pair):
    _, replica = pair
    before = reads(site).get("replica", 0)

    replica.kill()

    assert [talk(f"liquorice{number}") for number in range(3)] == [True] * 3
    assert reads(site)["replica"] == before
    assert reads(site)["away"] >= 1


@pytest.mark.parametrize("url", ["sqlite:///tradepost.sqlite3", "mysql://root@db/tradepost"])
def test_a_replica_of_another_database_is_refused(url):
    with pytest.raises(ImproperlyConfigured, match="REPLICA_URL"):
        read_databases(url, replica_url=url)
