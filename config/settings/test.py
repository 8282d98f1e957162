"""For the tests: a data folder of its own, fast passwords, mails in memory."""

import os
import tempfile
from pathlib import Path

os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="tradepost-test-")
os.environ.pop("EMAIL_URL", None)
os.environ["REPLICA_URL"] = ""
os.environ["CELERY_BROKER_URL"] = ""  # tests of workers name their own
if (_process := os.environ.get("PYTEST_XDIST_WORKER")) and os.environ.get("REDIS_URL"):
    # The test processes empty their caches: each has a database of Redis, from the given one on.
    _redis, _, _number = os.environ["REDIS_URL"].rpartition("/")
    os.environ["REDIS_URL"] = f"{_redis}/{int(_number) + int(_process.removeprefix('gw'))}"

from config.settings.common import *  # noqa: F403
from config.settings.common import DATA_DIR, DATABASES, LOGGING

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
RATE_LIMITS = False
METRICS_TOKEN = ""
TRACES = False
SENTRY_DSN = ""
SLOW_QUERY_MS = 500.0  # so that statements are watched
# Each test client would read all static files anew; servers that tests start do so once.
WHITENOISE_AUTOREFRESH = True
ADMINS = []
LOGGING |= {"file": None}
TEST_DATABASE = DATABASES["default"].setdefault("TEST", {})
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: the tests of races and of other processes need one that can be shared.
    TEST_DATABASE["NAME"] = str(Path(DATA_DIR) / "test.sqlite3")
    # What a killed process wrote is there all the same; only a power cut would lose it.
    _options = DATABASES["default"]["OPTIONS"]
    _options["init_command"] = _options["init_command"].replace("=FULL;", "=OFF;")
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c synchronous_commit=off"
if DATABASES["default"]["ENGINE"].endswith("mariadb"):
    TEST_DATABASE |= {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_nopad_bin"}
