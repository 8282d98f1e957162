"""For servers: nothing is guessed. A missing secret, host list or database stops the start."""

from django.core.exceptions import ImproperlyConfigured

from config.settings.environment import env, read_log_file

_missing = [
    name
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL")
    if not env.str(name, default="")
]
if _missing:
    raise ImproperlyConfigured(f"config.settings.prod needs {', '.join(_missing)}; set them.")

from config.settings.common import *  # noqa: E402, F403
from config.settings.common import LOGGING, STORAGES  # noqa: E402

EMBEDDED = False
DEMO = False
SHOW_MAIL = False
SERVE_MEDIA = False  # a proxy or the object storage does
LOGGING |= {"json": True, "file": read_log_file(default=None)}

PAYMENT_PROVIDERS = env.list("PAYMENT_PROVIDERS", default=[])  # none that takes no money by itself

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

WHITENOISE_USE_FINDERS = False
STORAGES["staticfiles"] = {
    "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage",
}
