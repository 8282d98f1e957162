"""The files in deploy/: they are read as those read them who will use them, and agree."""

import os
import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
import yaml

from tests.servers import ROOT, free_port

DEPLOY = ROOT / "deploy"
DOCKER = DEPLOY / "docker"
COMPOSE = yaml.safe_load((DOCKER / "compose.yaml").read_text())
PRODUCTION = yaml.safe_load((DOCKER / "compose.postgres.yaml").read_text())
PROCFILE = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
UNITS = sorted((DEPLOY / "systemd").iterdir())
IN_CI = {"nginx", "haproxy", "pgbouncer", "openssl"}
PINNED = re.compile(r"[\w./-]+:\d+\.\d+\.?\d*[\w.-]*")


def image_of(service: dict) -> str:
    """Return an image's name, of a variable its default."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", service["image"])


def need(program: str) -> str:
    found = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None and program in IN_CI and os.environ.get("CI"):
        pytest.fail(f"CI must have {program}")
    if found is None:
        pytest.skip(f"{program} is not installed (Debian has it)")
    return found


@pytest.fixture
def certificate(tmp_path) -> Path:
    """A certificate that nobody trusts, with its key, in one file."""
    file = tmp_path / "certificate.pem"
    command = "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=shop.example"
    subprocess.run(
        [need("openssl"), *command.split(), "-keyout", tmp_path / "key", "-out", tmp_path / "crt"],
        capture_output=True, check=True,
    )  # fmt: skip
    file.write_text((tmp_path / "crt").read_text() + (tmp_path / "key").read_text())
    return file


# --- Containers -------------------------------------------------------------------------------


def test_developers_get_the_eight_services_under_their_names():
    services = "web mysql redis celery celery-beat flower smtp4dev tests"

    assert set(COMPOSE["services"]) == set(services.split())
    assert image_of(COMPOSE["services"]["mysql"]).startswith("mysql:8.0.")


@pytest.mark.parametrize("compose", [COMPOSE, PRODUCTION], ids=["developers", "servers"])
def test_every_image_is_ours_or_pinned(compose):
    images = {image_of(service) for service in compose["services"].values()}
    others = {image for image in images if not image.startswith("tradepost")}

    assert len(others) >= 2
    assert {image for image in others if not PINNED.fullmatch(image)} == set()


@pytest.mark.parametrize("compose", [COMPOSE, PRODUCTION], ids=["developers", "servers"])
def test_every_service_says_how_one_sees_that_it_is_well(compose):
    of_the_image = {"web", "realtime"}  # the Dockerfile's own
    silent = {name for name, service in compose["services"].items() if "healthcheck" not in service}

    assert silent <= of_the_image


@pytest.mark.parametrize("compose", [COMPOSE, PRODUCTION], ids=["developers", "servers"])
def test_ports_are_open_to_this_machine_alone_and_volumes_are_declared(compose):
    ports = [port for s in compose["services"].values() for port in s.get("ports", [])]
    volumes = {v.split(":")[0] for s in compose["services"].values() for v in s.get("volumes", [])}

    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert {name for name in volumes if "/" not in name} == set(compose["volumes"])


def test_cache_and_broker_are_apart():
    developers = COMPOSE["services"]["web"]["environment"]
    servers = PRODUCTION["services"]["web"]["environment"]

    assert developers["REDIS_URL"] == "redis://redis:6379/2"
    assert developers["CELERY_BROKER_URL"] == "redis://redis:6379/1"
    assert servers["REDIS_URL"].split(":")[1] != servers["CELERY_BROKER_URL"].split(":")[1]


def test_mails_go_where_the_fake_server_listens():
    port = COMPOSE["services"]["smtp4dev"]["environment"]["ServerOptions__Port"]

    assert COMPOSE["services"]["web"]["environment"]["EMAIL_URL"] == f"smtp://smtp4dev:{port}"


def test_the_image_is_built_by_the_version_of_uv_that_the_makefile_takes():
    [version] = re.findall(r"UV_VERSION := (\S+)", (ROOT / "Makefile").read_text())

    assert f"uv=={version}\n" in (DOCKER / "Dockerfile").read_text()


def test_the_image_for_servers_has_no_tools_of_developers_and_no_root():
    stages = (DOCKER / "Dockerfile").read_text().split("\nFROM ")
    production = stages[-1]

    assert production.startswith("python:${PYTHON} AS production")
    assert "USER tradepost" in production
    assert "HEALTHCHECK" in production
    assert "--group dev" not in "".join(stage for stage in stages if " AS development" not in stage)
    assert "--from=development" not in production


def test_the_extras_of_the_image_exist():
    project = (ROOT / "pyproject.toml").read_text()
    extras = set(re.findall(r"--extra (\w+)", (DOCKER / "Dockerfile").read_text()))

    assert {"server", "postgres", "redis", "s3"} <= extras
    assert {extra for extra in extras if f"\n{extra} = [" not in project} == set()


def test_secrets_and_data_stay_out_of_the_image():
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    let_in = {line[1:] for line in lines if line.startswith("!")}

    assert "*" in lines
    assert let_in & {".env", ".git", "var", ".venv", "deploy"} == set()
    assert all((ROOT / name).exists() for name in let_in if "*" not in name)


def test_the_entry_point_starts_what_the_procfile_starts():
    script = " ".join((DOCKER / "entrypoint.sh").read_text().replace("\\\n", " ").split())
    web = PROCFILE["web"].replace("$PORT", '"${PORT:-8000}"')
    web = re.sub(r"(?<!\")(\$\{WEB_\w+:-\d\})", r'"\1"', web)

    assert f"exec {web}" in script


def test_the_entry_point_is_a_script_that_shells_understand():
    subprocess.run(["sh", "-n", DOCKER / "entrypoint.sh"], check=True)
    assert os.access(DOCKER / "entrypoint.sh", os.X_OK)


# --- Processes --------------------------------------------------------------------------------


def test_the_procfile_names_the_five_roles():
    assert list(PROCFILE) == ["release", "web", "realtime", "worker", "beat"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_takes_a_unit(unit, tmp_path):
    text = unit.read_text().replace("/opt/tradepost/.venv/bin/", "/bin/true #")
    (tmp_path / unit.name).write_text(text)
    parsed = ConfigParser(strict=False, interpolation=None, delimiters=["="])
    parsed.optionxform = str
    parsed.read_string(text.replace("\\\n", ""))

    assert parsed["Unit"]["Description"]
    if unit.suffix == ".service":
        assert parsed["Service"]["User"] == "tradepost"
        assert parsed["Service"]["NoNewPrivileges"] == "true"


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemds_own_judge_finds_nothing(unit, tmp_path):
    judge = need("systemd-analyze")
    text = unit.read_text().replace("/opt/tradepost/.venv/bin/python", "/bin/true")
    text = re.sub(r"/opt/tradepost/.venv/bin/\w+", "/bin/true", text)
    file = tmp_path / unit.name.replace("@.", "@8000.")
    file.write_text(text)

    run = subprocess.run([judge, "verify", file], capture_output=True, text=True, check=False)

    complaints = [line for line in run.stderr.splitlines() if unit.stem.rstrip("@") in line]
    assert complaints == []


# --- Proxies ----------------------------------------------------------------------------------


def test_nginx_takes_its_file(tmp_path, certificate):
    site = (DEPLOY / "nginx.conf").read_text()
    site = re.sub(r"/etc/letsencrypt/\S+?\.pem", str(certificate), site)
    (tmp_path / "site.conf").write_text(site)
    whole = tmp_path / "nginx.conf"
    http = f"http {{ include {tmp_path}/site.conf; }}"
    whole.write_text(f"pid {tmp_path}/pid; error_log stderr; events {{}} {http}")

    run = subprocess.run(
        [need("nginx"), "-t", "-c", whole, "-p", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stderr


def test_haproxy_takes_its_file(tmp_path, certificate):
    text = (DEPLOY / "haproxy.cfg").read_text()
    file = tmp_path / "haproxy.cfg"
    file.write_text(text.replace("/etc/haproxy/certs/shop.example.pem", str(certificate)))

    run = subprocess.run(
        [need("haproxy"), "-c", "-f", file], capture_output=True, text=True, check=False
    )

    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("file", ["nginx.conf", "haproxy.cfg"])
def test_proxies_are_more_patient_than_the_feeds_beats(file):
    [beat] = re.findall(
        r'"FEED_BEAT_SECONDS", default=(\d+)', (ROOT / "config/settings/common.py").read_text()
    )
    patience = {
        int(s)
        for s in re.findall(
            r"(?:proxy_read_timeout|tunnel|server)\s+(90)s", (DEPLOY / file).read_text()
        )
    }

    assert patience == {90}
    assert int(beat) * 2 < 90


# --- The environment --------------------------------------------------------------------------


def test_the_example_of_an_environment_names_only_what_is_documented():
    example = (ROOT / ".env.example").read_text()
    named = set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE))
    documented = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs/configuration.md").read_text()))
    of_containers = {"POSTGRES_PASSWORD"}

    assert {"SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "STORAGE_URL"} <= named
    assert named - documented - of_containers == {"DJANGO_SETTINGS_MODULE"}


def test_the_health_check_of_the_image_asks_as_a_visitor(shop):
    port = shop.address.rpartition(":")[2]
    command = [sys.executable, DOCKER / "health.py"]
    well = {"PORT": port, "ALLOWED_HOSTS": "localhost,shop.example"}

    answers = [
        subprocess.run([*command, *more], env=environment, check=False).returncode
        for more, environment in (
            ([], well), (["/readyz"], well), (["/nothing-here"], well),
            ([], well | {"ALLOWED_HOSTS": "stranger.example"}),
            ([], well | {"PORT": str(free_port())}),
        )
    ]  # fmt: skip

    assert answers == [0, 0, 1, 1, 1]
