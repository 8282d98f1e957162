"""For developers: tracebacks in the browser, a playground, where they are installed the toolbar
and Silk; mails and data as in the embedded mode."""

from importlib.util import find_spec

from config.settings.common import *  # noqa: F403
from config.settings.common import INSTALLED_APPS, JOB_SCHEDULE, MIDDLEWARE
from config.settings.environment import env

DEBUG = True
CORS_ALLOWED_ORIGINS = env.list(
    "CORS_ALLOWED_ORIGINS",
    default=["http://localhost:8001", "http://127.0.0.1:8001"],  # where client-app/ is served
)

INSTALLED_APPS.append("tradepost.playground")
_seconds = env.int("PLAYGROUND_EVERY_SECONDS", default=None)  # 5: to see it come
JOB_SCHEDULE["playground"] = {
    "job": "playground.notify_customers",
    "arguments": {"message": "Hello World"},
    **({"every_seconds": _seconds} if _seconds else {"at": "30 7 * * mon"}),
}

INTERNAL_IPS = ["127.0.0.1", "::1"]
PROFILING = env.bool("PROFILING", default=True)  # off while speed is measured
if PROFILING and find_spec("debug_toolbar"):
    INSTALLED_APPS.append("debug_toolbar")
    # Inside what finishes every answer, outside what may answer by itself.
    MIDDLEWARE.insert(
        MIDDLEWARE.index("django.middleware.security.SecurityMiddleware") + 1,
        "debug_toolbar.middleware.DebugToolbarMiddleware",
    )
if PROFILING and find_spec("silk"):
    INSTALLED_APPS.append("silk")
    # Before whatever may answer by itself, or it would not see these requests.
    MIDDLEWARE.insert(
        MIDDLEWARE.index("django.middleware.security.SecurityMiddleware") + 1,
        "silk.middleware.SilkyMiddleware",
    )
    # It keeps what people send: for the staff alone, without bodies.
    SILKY_AUTHENTICATION = SILKY_AUTHORISATION = True
    SILKY_MAX_REQUEST_BODY_SIZE = SILKY_MAX_RESPONSE_BODY_SIZE = 0
    SILKY_MAX_RECORDED_REQUESTS = 1000
    SILKY_SENSITIVE_KEYS = {"authorization", "cookie", "token", "secret", "password", "key"}
    SILKY_IGNORE_PATHS = ["/healthz"]
