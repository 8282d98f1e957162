"""Settings of the embedded mode, and the base of the others. Everything comes from the environment.

``manage.py`` uses this module: SQLite, a data folder, a secret made on first start, debugging off.
``dev`` adds debugging; ``prod`` refuses to start half-configured. docs/configuration.md lists the
variables.
"""

from datetime import timedelta
from decimal import Decimal
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from config.settings.databases import read_databases
from config.settings.embedded import make_data_dir, read_or_make_secret, read_token
from config.settings.environment import BASE_DIR, env, read_log_file
from config.settings.storage import origin_of_pictures, read_storage

DATA_DIR = make_data_dir(Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))))
SECRET_KEY = env.str("SECRET_KEY", default="") or read_or_make_secret(DATA_DIR / "secret-key")
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
PORT = env.int("PORT", default=8000)
EMBEDDED = True

# --- Applications ----------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
    "djoser",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
    "axes",
    "tradepost.kit",
    "tradepost.accounts",
    "tradepost.feed",
    "tradepost.tags",
    "tradepost.likes",
    # What a closed account leaves is forgotten in this order, in which rows are locked as well.
    "tradepost.store",
    "tradepost.stays",
    "tradepost.payments",
    "tradepost.messaging",
    "tradepost.notifications",
    "tradepost.core",
]

MIDDLEWARE = [
    "tradepost.kit.http.request_log.RequestLog",
    "tradepost.kit.http.security.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "tradepost.kit.http.hot.middleware.HotReads",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tradepost.feed.middleware.FeedPlace",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tradepost.kit.http.refusals.RefusalPages",
    "axes.middleware.AxesMiddleware",
    "tradepost.kit.http.throttling.RateLimitHeaders",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tradepost.core.context.page",
            ],
        },
    }
]
FORM_RENDERER = "tradepost.kit.forms.renderer.FormRenderer"

# --- Database --------------------------------------------------------------------------------

DATABASES = read_databases(
    env.str("DATABASE_URL", default="") or f"sqlite:///{DATA_DIR / 'db.sqlite3'}",
    replica_url=env.str("REPLICA_URL", default=""),  # docs/deploy.md
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Cache -----------------------------------------------------------------------------------

REDIS_URL = env.str("REDIS_URL", default="")
CACHES: dict[str, dict[str, object]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "unique-snowflake",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}
if REDIS_URL:
    CACHES["default"] = {
        "BACKEND": "tradepost.kit.cache.PatientRedisCache",
        "LOCATION": REDIS_URL,
        # Nobody's request waits long for what may be forgotten.
        "OPTIONS": {"socket_timeout": 0.25, "socket_connect_timeout": 0.25, "retry": None},
    }
# For what names no time of its own, and so that our keys are known among others.
CACHES["default"] |= {"TIMEOUT": 600, "KEY_PREFIX": "tradepost"}

# --- People ----------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "tradepost.accounts.hashers.OwaspArgon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
SESSION_ENGINE = "tradepost.accounts.sessions"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"

AXES_HANDLER = "axes.handlers.database.AxesDatabaseHandler"  # right with any number of processes
AXES_DISABLE_ACCESS_LOG = True
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "tradepost.kit.http.throttling.address_of"
AXES_HTTP_RESPONSE_CODE = 429
AXES_LOCKOUT_CALLABLE = "tradepost.accounts.views.locked_out"
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_VERBOSE = False

# --- API -------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "tradepost.accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": [
        "tradepost.kit.http.json.OrjsonRenderer",
        "rest_framework.renderers.BrowsableAPIRenderer",
    ],
    "DEFAULT_PARSER_CLASSES": [
        "tradepost.kit.http.json.OrjsonParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "tradepost.kit.http.errors.answer_error",
    "COERCE_DECIMAL_TO_STRING": False,
    "NUM_PROXIES": env.int("TRUSTED_PROXIES", default=0),  # whose X-Forwarded-For is believed
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SIMPLE_JWT = {
    "AUTH_HEADER_TYPES": ("JWT", "Bearer"),
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=env.int("ACCESS_TOKEN_MINUTES", default=30)),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=env.int("REFRESH_TOKEN_DAYS", default=14)),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "CHECK_REVOKE_TOKEN": True,  # a new password ends all sessions
    "LEEWAY": 5,
}
DJOSER = {
    "TOKEN_MODEL": None,  # tokens are JWT; there is no table of them to clear
    "SERIALIZERS": {
        "user_create": "tradepost.accounts.serializers.RegistrationInput",
        "user": "tradepost.accounts.serializers.AccountOutput",
        "current_user": "tradepost.accounts.serializers.OwnAccount",
        "password_reset_confirm": "tradepost.accounts.serializers.NewPasswordInput",
    },
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Tradepost",
    "DESCRIPTION": "A store, stays, payments and messaging in one API.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "RoleEnum": "tradepost.accounts.models.User.Role",
        "PublicRoleEnum": "tradepost.accounts.serializers.PUBLIC_ROLES",
        "ConversationKindEnum": "tradepost.messaging.models.Conversation.Kind",
        "MessageKindEnum": "tradepost.messaging.models.Message.Kind",
        "ConversationStateEnum": "tradepost.messaging.models.Conversation.State",
        "ParticipantRoleEnum": "tradepost.messaging.models.Participant.Role",
        "ExportStateEnum": "tradepost.accounts.models.Export.State",
        "PropertyStatusEnum": "tradepost.stays.models.Property.Status",
        "BookingStatusEnum": "tradepost.stays.models.Booking.Status",
    },
    "PREPROCESSING_HOOKS": ["drf_spectacular.hooks.preprocess_exclude_path_format"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "tradepost.kit.http.schema.describe_idempotency",
    ],
}
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_URLS_REGEX = r"^/api/"
CORS_EXPOSE_HEADERS = [
    "ETag", "Link", "Location", "Retry-After", "Idempotent-Replayed", "RateLimit",
    "RateLimit-Policy",
]  # fmt: skip
CORS_ALLOW_HEADERS = [
    "accept", "authorization", "content-type", "idempotency-key", "if-none-match",
    "x-csrftoken", "x-requested-with",
]  # fmt: skip

# --- What passes through ---------------------------------------------------------------------

MAX_BODY_BYTES = env.int("MAX_BODY_BYTES", default=2_621_440)
MAX_UPLOAD_BYTES = env.int("MAX_UPLOAD_BYTES", default=12_582_912)  # multipart requests only
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
BODY_SECONDS = env.int("BODY_SECONDS", default=20)  # how long a client may take to send a body
HOT_READ_BYTES = env.int("HOT_READ_BYTES", default=67_108_864)  # of memory for stored answers
RATE_LIMITS = env.bool("RATE_LIMITS", default=True)
WEB_THREADS = env.int("WEB_THREADS", default=8)
KEEP_DONE_JOBS_DAYS = 30
JOB_SCHEDULE: dict[str, dict[str, Any]] = {}  # more than jobs schedule by themselves: docs/jobs.md
KEEP_IDEMPOTENT_ANSWERS_DAYS = env.int("KEEP_IDEMPOTENT_ANSWERS_DAYS", default=None)

# --- Jobs by Celery (docs/jobs.md) -----------------------------------------------------------

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="")  # none: threads run the jobs
JOB_THREADS = env.int("JOB_THREADS", default=0 if CELERY_BROKER_URL else 2)
JOB_HINT_SECONDS = env.int("JOB_HINT_SECONDS", default=30)  # then the broker is told again
CELERY_TASK_DEFAULT_QUEUE = env.str("CELERY_QUEUE", default="tradepost")
CELERY_TASK_IGNORE_RESULT = True  # the rows say what became of them
CELERY_WORKER_PREFETCH_MULTIPLIER = 1  # what waits, waits for whichever worker is free first
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False  # they need no broker to end
CELERY_WORKER_SEND_TASK_EVENTS = True  # for Flower
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {}
if CELERY_BROKER_URL.startswith("redis"):
    # Longer than any lease: until then Redis gives what a worker has taken to no other.
    CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] = 7200
CELERY_BEAT_SCHEDULER = "tradepost.kit.jobs.celery.Beat"
CELERY_BEAT_MAX_LOOP_INTERVAL = 1
CELERY_TIMEZONE = "UTC"

# --- Trade -----------------------------------------------------------------------------------

CURRENCY = env.str("CURRENCY", default="USD")
TAX_RATE = Decimal(env.str("TAX_RATE", default="0.1"))
LOW_STOCK = env.int("LOW_STOCK", default=10)  # below it, the staff is told
OPEN_REVIEWS = env.bool("OPEN_REVIEWS", default=False)  # or only by those who bought
KEEP_CARTS_DAYS = env.int("KEEP_CARTS_DAYS", default=90)
SITE_NAME = env.str("SITE_NAME", default="Tradepost")
SELLER_ADDRESS = env.str("SELLER_ADDRESS", default="")  # on invoices; ";" starts a line
SITE_URL = env.str("SITE_URL", default=f"http://127.0.0.1:{PORT}")  # for links in mails
DEMO = env.bool("DEMO", default=True)
SANDBOX = env.bool("SANDBOX", default=False)  # its clock may run ahead: manage.py advance_clock

# --- Stays -----------------------------------------------------------------------------------

STAY_QUOTE_MINUTES = env.int("STAY_QUOTE_MINUTES", default=30)  # how long a quoted price holds
STAY_PAYMENT_MINUTES = env.int("STAY_PAYMENT_MINUTES", default=30)  # to pay for what is booked
STAY_REQUEST_HOURS = env.int("STAY_REQUEST_HOURS", default=24)  # for a host to answer
STAY_REVIEW_DAYS = env.int("STAY_REVIEW_DAYS", default=14)  # to write a review, after a stay

# --- Payments --------------------------------------------------------------------------------

PAYMENT_PROVIDERS = env.list("PAYMENT_PROVIDERS", default=["offline"])  # the first one is usual
MAX_EVENT_BYTES = 262_144  # of what a provider sends us
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", default="")
STRIPE_PUBLISHABLE_KEY = env.str("STRIPE_PUBLISHABLE_KEY", default="")  # clients are told it
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", default="")
STRIPE_API_BASE = env.str("STRIPE_API_BASE", default="")  # of a stand-in, for tests

# --- Messaging -------------------------------------------------------------------------------

MOST_PARTICIPANTS = 250  # in one conversation; keeps a message's pointers cheap
MOST_ATTACHMENTS = 10  # of one message
# Of one file; the form that brings it needs some room, too.
ATTACHMENT_BYTES = min(env.int("ATTACHMENT_BYTES", default=10_485_760), MAX_UPLOAD_BYTES - 65_536)
MOST_UNSENT_FILES = 50  # of one person
EDIT_WINDOW_MINUTES = env.int("EDIT_WINDOW_MINUTES", default=None)  # None: as long as one likes
KEEP_DELETED_HOURS = env.int("KEEP_DELETED_HOURS", default=24)  # what was taken back, for restoring
KEEP_UNSENT_FILES_HOURS = 24

# --- Feed ------------------------------------------------------------------------------------

KEEP_FEED_DAYS = env.int("KEEP_FEED_DAYS", default=30)  # who comes back later starts afresh
FEED_POLL_SECONDS = env.float("FEED_POLL_SECONDS", default=1.0)  # when no hint comes; 0: never
FEED_BEAT_SECONDS = env.int("FEED_BEAT_SECONDS", default=25)  # of silence on a connection
FEED_THREADS = env.int("FEED_THREADS", default=4)  # for sign-ins and resuming; as many for commands
FEED_MOST_SOCKETS = env.int("FEED_MOST_SOCKETS", default=10_000)  # of one process
FEED_SOCKETS_PER_USER = env.int("FEED_SOCKETS_PER_USER", default=10)  # in one process
FEED_SOCKET_HOURS = env.int("FEED_SOCKET_HOURS", default=12)  # then one signs in again
FEED_DRAIN_SECONDS = env.int("FEED_DRAIN_SECONDS", default=4)  # to send sockets away in waves

# --- Mail, files, language -------------------------------------------------------------------

MAIL_DIR = DATA_DIR / "mail"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Tradepost <shop@tradepost.example>")
SERVER_EMAIL = env.str("SERVER_EMAIL", default="") or DEFAULT_FROM_EMAIL
ADMINS = [address.strip() for address in env.list("ADMINS", default=[]) if address.strip()]
if env.str("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
    SHOW_MAIL = False
    if vars()["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend":
        EMAIL_BACKEND = "tradepost.kit.mail.SmtpBackend"
else:
    EMAIL_BACKEND = "tradepost.kit.mail.FolderBackend"
    SHOW_MAIL = True  # the inbox page shows what would have been sent

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default="") or DATA_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
STORAGES: dict[str, dict[str, Any]] = {
    "default": read_storage(),  # a local folder, or the bucket in STORAGE_URL
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
PICTURES_FROM = origin_of_pictures(STORAGES["default"])  # browsers may load them from there
SERVE_MEDIA = not PICTURES_FROM  # the process sends the pictures itself

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

# --- Notifications ---------------------------------------------------------------------------

NOTIFY_MAIL_AFTER_MINUTES = env.int("NOTIFY_MAIL_AFTER_MINUTES", default=10)  # of quiet
NOTIFY_DIGEST_HOUR = env.int("NOTIFY_DIGEST_HOUR", default=8)  # of the day, in UTC
VAPID_PUBLIC_KEY = env.str("VAPID_PUBLIC_KEY", default="")  # of pushes; manage.py make_push_keys
VAPID_PRIVATE_KEY = env.str("VAPID_PRIVATE_KEY", default="")
VAPID_SUBJECT = env.str("VAPID_SUBJECT", default=f"mailto:{parseaddr(DEFAULT_FROM_EMAIL)[1]}")
PUSH_TO_PRIVATE_ADDRESSES = False  # users name the addresses: only a test may say otherwise

# --- Logs ------------------------------------------------------------------------------------

LOGGING_CONFIG = "tradepost.kit.logs.configure"
LOGGING = {
    "level": env.str("DJANGO_LOG_LEVEL", default="INFO"),
    "json": env.bool("LOG_JSON", default=False),
    "file": read_log_file(default=DATA_DIR / "logs" / "tradepost.log"),
}

# --- Watching --------------------------------------------------------------------------------

METRICS_TOKEN = read_token(env.str("METRICS", default="off"), file=DATA_DIR / "metrics-token")
METRICS_DIR = env.str("METRICS_DIR", default="")  # shared by the processes of one machine
SLOW_QUERY_MS = env.float("SLOW_QUERY_MS", default=500.0)  # statements that take longer are logged
TRACES = bool(env.str("OTEL_EXPORTER_OTLP_ENDPOINT", default=""))  # the library reads it itself
SENTRY_DSN = env.str("SENTRY_DSN", default="")
SENTRY_ENVIRONMENT = env.str("SENTRY_ENVIRONMENT", default="")  # such as production
