"""Logs: on the console, and in a file where nobody collects what the console says."""

import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.servers import ROOT, running_server

LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \((?P<level>[A-Z]+)\) - (?P<rest>.+ - .+)")
SAY = """
import django, logging
early = logging.getLogger("early")
django.setup()
"""
WRITE = """
import logging, structlog
from pathlib import Path
from tradepost.kit.logs import configure
configure({{"level": "INFO", "json": False, "file": Path({file!r})}})
"""
SERVER = {
    "SECRET_KEY": "a-secret-of-fifty-or-more-characters-0123456789-abcdefghij",
    "ALLOWED_HOSTS": "shop.example",
    "DATABASE_URL": "sqlite:////nowhere/db.sqlite3",
}


@pytest.fixture
def environment(tmp_path) -> dict[str, str]:
    """Nothing that a developer's .env says about logs, and a folder of the test's own."""
    nothing = dict.fromkeys(["DJANGO_LOG_LEVEL", "LOG_FILE"], "")
    return {
        **nothing,
        "DJANGO_LOG_LEVEL": "INFO",
        "DJANGO_SETTINGS_MODULE": "config.settings.common",
        "DATA_DIR": str(tmp_path),
    }


def say(environment: dict[str, str], code: str) -> str:
    """Run the code after the set-up of Django; return what the console said."""
    return run(environment, SAY + code)


def write(folder: Path, code: str) -> str:
    """Run the code after the set-up of the logs alone; return what the console said."""
    return run({}, WRITE.format(file=str(folder / "logs" / "tradepost.log")) + code)


def run(environment: dict[str, str], code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True,
        check=True,
    ).stderr  # fmt: skip


def read(folder: Path) -> list[str]:
    return (folder / "logs" / "tradepost.log").read_text().splitlines()


@pytest.mark.parametrize("get", ["logging.getLogger", "structlog.get_logger"])
def test_a_line_goes_to_the_console_and_to_the_file(tmp_path, get):
    console = write(tmp_path, f"{get}('shop.till').warning('The till is open')")

    [line] = read(tmp_path)
    assert LINE.fullmatch(line)
    assert line.endswith(" (WARNING) - shop.till - The till is open")
    assert "The till is open" in console


def test_a_line_has_its_facts_and_not_twice_what_it_begins_with(tmp_path):
    write(tmp_path, "structlog.get_logger('shop').info('sold', pieces=2, of='tea pot')")

    [line] = read(tmp_path)
    assert LINE.fullmatch(line)["rest"] == "shop - sold of='tea pot' pieces=2"


def test_the_time_of_a_line_is_utc(environment, tmp_path):
    code = "logging.getLogger('shop').handle(logging.makeLogRecord("
    code += "{'name': 'shop', 'levelno': 20, 'levelname': 'INFO', 'msg': 'hi', 'created': 0.25, 'msecs': 250}))"  # noqa: E501

    say(environment | {"TZ": "Asia/Tokyo"}, code)

    assert read(tmp_path) == ["1970-01-01 00:00:00,250 (INFO) - shop - hi"]


def test_a_fault_is_written_with_its_traceback(tmp_path):
    code = (
        "try:\n    1 / 0\nexcept ZeroDivisionError:\n    logging.getLogger('shop').exception('no')"
    )

    write(tmp_path, code)

    first, *others = read(tmp_path)
    assert LINE.fullmatch(first)["level"] == "ERROR"
    assert others[0] == "Traceback (most recent call last):"
    assert others[-1] == "ZeroDivisionError: division by zero"


def test_nobody_can_forge_a_line(tmp_path):
    write(tmp_path, "structlog.get_logger('shop').info('sold', what='tea\\n1970 (INFO) - a - b')")

    assert len(read(tmp_path)) == 1


@pytest.mark.parametrize(
    ("level", "written"),
    [
        ("DEBUG", ["DEBUG", "INFO", "ERROR"]),
        ("INFO", ["INFO", "ERROR"]),
        ("error", ["ERROR"]),
    ],
)
def test_the_level_is_the_one_of_the_environment(environment, tmp_path, level, written):
    code = "log = logging.getLogger('shop'); log.debug('a'); log.info('b'); log.error('c')"

    console = say(environment | {"DJANGO_LOG_LEVEL": level}, code)

    assert [LINE.fullmatch(line)["level"] for line in read(tmp_path)] == written
    assert len(console.splitlines()) == len(written)


def test_without_a_word_the_level_is_info(environment, tmp_path):
    del environment["DJANGO_LOG_LEVEL"]

    say(environment, "logging.getLogger('a').debug('a'); logging.getLogger('a').info('b')")

    assert [LINE.fullmatch(line)["rest"] for line in read(tmp_path)] == ["a - b"]


def test_a_logger_that_was_there_before_still_speaks(environment, tmp_path):
    say(environment, "early.warning('still here')")

    assert read(tmp_path)[0].endswith(" (WARNING) - early - still here")


def test_a_file_of_a_megabyte_makes_way_and_four_are_kept(tmp_path):
    code = "log = logging.getLogger('a')\nfor n in range(7500): log.info('%06d %s', n, 'x' * 1000)"

    write(tmp_path, code)

    files = sorted((tmp_path / "logs").iterdir())
    assert [file.name for file in files] == [
        "tradepost.log", *(f"tradepost.log.{number}" for number in (1, 2, 3, 4)),
    ]  # fmt: skip
    assert max(file.stat().st_size for file in files) <= 1_048_576
    assert "007499 " in read(tmp_path)[-1]


def test_a_command_that_says_nothing_leaves_no_file(environment, tmp_path):
    say(environment, "")

    assert list((tmp_path / "logs").iterdir()) == []


def test_the_file_lies_where_the_environment_says(environment, tmp_path):
    file = tmp_path / "far" / "away.log"

    say(environment | {"LOG_FILE": str(file)}, "logging.getLogger('a').info('b')")

    assert file.read_text().endswith("(INFO) - a - b\n")
    assert not (tmp_path / "logs").exists()


def test_general_log_lies_where_the_process_started(environment, tmp_path):
    code = "import os; logging.getLogger('a').info('b'); print(os.getcwd(), file=sys.stderr)"
    general = ROOT / "general.log"

    try:
        say(environment | {"LOG_FILE": "general.log"}, f"import sys; {code}")

        assert general.read_text().endswith("(INFO) - a - b\n")
    finally:
        general.unlink(missing_ok=True)


def test_the_file_can_be_left_out(environment, tmp_path):
    console = say(environment | {"LOG_FILE": "off"}, "logging.getLogger('a').info('b')")

    assert len(console.splitlines()) == 1
    assert not (tmp_path / "logs").exists()


def test_a_server_writes_json_to_the_console_and_no_file(environment, tmp_path):
    environment |= SERVER | {"DJANGO_SETTINGS_MODULE": "config.settings.prod"}

    console = say(environment, "logging.getLogger('a').info('b')")

    assert '"event":"b"' in console.replace('": "', '":"')
    assert not (tmp_path / "logs").exists()


def test_the_trace_of_a_fault_tells_where_and_not_what_was_there(environment, tmp_path):
    server = {**environment, **SERVER, "DJANGO_SETTINGS_MODULE": "config.settings.prod"}
    fault = """
def sign_in(password):
    raise ValueError("no")
try:
    sign_in(" ".join(["correct", "horse"]))
except ValueError:
    logging.getLogger("shop").exception("failed")
"""

    said = say(server, fault)

    assert '"name": "sign_in"' in said
    assert "correct horse" not in said


def test_a_server_writes_the_file_that_is_asked_for(environment, tmp_path):
    file = tmp_path / "server.log"
    environment |= SERVER | {"DJANGO_SETTINGS_MODULE": "config.settings.prod"}

    say(environment | {"LOG_FILE": str(file)}, "logging.getLogger('a').info('b')")

    assert LINE.fullmatch(file.read_text().strip())["rest"] == "a - b"


@pytest.mark.parametrize("path", ["/carts/0b5c/", "/carts/0b5c ü/"])
def test_the_route_of_a_crash_is_told_and_not_its_path(environment, tmp_path, path):
    code = f"""
from types import SimpleNamespace
from django.test import RequestFactory
from django.utils.log import log_response
request = RequestFactory().get({path!r})
request.resolver_match = SimpleNamespace(route="carts/<pk>/")
answer = SimpleNamespace(status_code=500)
log_response("Internal Server Error: %s", request.path, response=answer, request=request)
"""

    console = say(environment, code)

    [line] = read(tmp_path)
    assert line.endswith("(ERROR) - django.request - Internal Server Error: carts/<pk>/")
    assert "0b5c" not in console


def test_nothing_about_people_is_written(tmp_path):
    account = {
        "username": "walter", "email": "walter@example.com", "password": "a-long-Secret-1",
        "first_name": "Walter", "last_name": "Wurm",
    }  # fmt: skip
    with running_server(
        data_dir=tmp_path, DATABASE_URL="", REDIS_URL="", EMAIL_URL="", LOG_FILE="", DEMO="off",
        DJANGO_LOG_LEVEL="INFO",
    ) as server:  # fmt: skip
        api = httpx.Client(base_url=f"{server}/api/v1/")
        assert api.post("auth/users/", json=account).status_code == 201
        for password in [account["password"], *["wrong"] * 6]:
            api.post("auth/jwt/create/", json={"username": "walter", "password": password})
        api.post("auth/users/", json=account)
        httpx.post(f"{server}/account/sign-in/?next=walter", data=account)
        httpx.post(f"{server}/account/reset/Mg/s3cret-link/", data=account)
        cart = api.post("store/carts/").json()["id"]
        api.get(f"store/carts/{cart}/")

    lines = read(tmp_path)
    assert all(LINE.fullmatch(line) for line in lines)
    assert sum(" - tradepost.request - request " in line for line in lines) >= 9
    text = "\n".join(lines)
    found = [
        word for word in [*account.values(), "walter", cart, "s3cret", "127.0.0.1"] if word in text
    ]
    assert found == []
