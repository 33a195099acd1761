"""Django's settings, derived from the environment (see :mod:`mediadl.environment`)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from mediadl.databases import cluster_name, databases_from
from mediadl.environment import read_environment
from mediadl.secret_keys import load_or_create_key

ENVIRONMENT = read_environment()
PROJECT_DIR = Path(__file__).resolve().parent
_CHECKOUT = PROJECT_DIR.parent
# In a checkout templates and assets lie at the top level; a wheel carries them inside the package.
TEMPLATES_DIR = _CHECKOUT / "templates" if (_CHECKOUT / "templates").is_dir() else PROJECT_DIR / "_templates"
ASSETS_DIR = _CHECKOUT / "static" if (_CHECKOUT / "static").is_dir() else PROJECT_DIR / "_static"

DATA_DIR = ENVIRONMENT.data_dir
KEYS_DIR = DATA_DIR / "keys"
THUMBNAILS_DIR = DATA_DIR / "thumbnails"
LOGS_DIR = DATA_DIR / "logs"
RUN_DIR = DATA_DIR / "run"

SECRET_KEY = load_or_create_key(KEYS_DIR / "secret_key")
JWT_SIGNING_KEY = load_or_create_key(KEYS_DIR / "jwt_key")
SETTINGS_ENCRYPTION_KEY = load_or_create_key(KEYS_DIR / "settings_key")

DEBUG = False
# Names are enforced by mediadl.api.hosts, which also lets every IP literal in (no DNS rebinding there).
ALLOWED_HOSTS = ["*"]
PERMITTED_HOST_NAMES = [*ENVIRONMENT.allowed_hosts, *(["testserver"] if ENVIRONMENT.is_test else [])]
APPEND_SLASH = False
ROOT_URLCONF = "mediadl.urls"
ASGI_APPLICATION = "mediadl.asgi.application"
WSGI_APPLICATION = None
FORCE_SCRIPT_NAME = ENVIRONMENT.base_path or None
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "mediadl.accounts.admin_config.ProductAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "django_htmx",
    "django_q",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "mediadl.accounts",
    "mediadl.api",
    "mediadl.configuration",
    "mediadl.events",
    "mediadl.notifications",
    "mediadl.logs",
    "downloads",
    "platforms",
    "queue_app",
    "scheduler",
    "mediadl.stats",
    "mediadl.operations",
    "mediadl.ui",
]

# Synchronous throughout: the whole request runs in one hop on a lasting thread (mediadl.asgi).
MIDDLEWARE = [
    "mediadl.api.request_id.RequestIdMiddleware",
    "mediadl.api.hosts.HostMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "mediadl.ui.csp.ContentSecurityPolicyMiddleware",
    "mediadl.ui.static_files.StaticFilesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "mediadl.accounts.middleware.SessionUserMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "mediadl.api.middleware.ApiMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [TEMPLATES_DIR],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = databases_from(ENVIRONMENT)
DATABASE_ROUTERS = ["mediadl.databases.BrokerRouter"]

# Only django-q2 writes into it, twice a second, what nobody reads: no reason to need a Redis that answers.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# Its cluster only manages the worker processes; our own table is the queue (design: architecture.md).
DRAIN_CLAIM_SECONDS = 600
Q_CLUSTER: dict[str, Any] = {
    "name": "mediadl",
    "cluster_name": cluster_name(ENVIRONMENT),
    "orm": "broker",
    "broker_class": "mediadl.operations.doorbell.DoorbellBroker",
    "workers": 2,  # one hosts the drain with all transfers, one takes the short tasks
    "bulk": 1,
    "queue_limit": 2,
    "poll": 0,  # the broker waits by itself, at its bell
    "timeout": 23 * 3600,  # seconds; less than `retry`, and never reached by a drain that works
    "retry": 24 * 3600,  # longer than the longest drain: its last transfers may be large
    "max_attempts": 1,
    "ack_failures": True,
    "catch_up": False,
    "save_limit": -1,
    "recycle": 100_000,
    "label": "Background tasks",
    "log_level": "WARNING",
}

PASSWORD_HASHERS = ["mediadl.accounts.passwords.ModestArgon2Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/login"
LOGIN_REDIRECT_URL = "/"

ACCESS_TOKEN_SECONDS = 900
REFRESH_TOKEN_LIFETIME = timedelta(days=30)

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
SCHEDULE_TIME_ZONE = ENVIRONMENT.time_zone
USE_TZ = True
USE_I18N = False

STATIC_URL = "static/"
STATICFILES_DIRS = [ASSETS_DIR]
STATIC_ROOT = None
# Served straight from the packages' folders: no collectstatic step that could be forgotten.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_PATH = ENVIRONMENT.base_path or "/"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_PATH = SESSION_COOKIE_PATH
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

API_IDENTIFY = "mediadl.accounts.authentication.identify"
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "mediadl.accounts.authentication.BearerAuthentication",
        "mediadl.accounts.authentication.CookieSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["mediadl.api.permissions.RolePermission"],
    "DEFAULT_PARSER_CLASSES": ["mediadl.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["mediadl.api.renderers.OrjsonRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "mediadl.api.renderers.JsonOnlyNegotiation",
    "DEFAULT_THROTTLE_CLASSES": [],  # mediadl.api.middleware counts every request, refused ones too
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_PAGINATION_CLASS": None,
    "DEFAULT_FILTER_BACKENDS": [],
    "EXCEPTION_HANDLER": "mediadl.api.error_responses.exception_handler",
    "DEFAULT_SCHEMA_CLASS": "mediadl.api.auto_schema.PlainAutoSchema",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "URL_FORMAT_OVERRIDE": None,
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Media Downloader API",
    "DESCRIPTION": "The queue, the library, the scheduler and everything else that the web interface can do.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "PATH_CONVERTER_OVERRIDES": {"id": {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}},
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": False,  # our PATCH bodies say themselves what they need
    # Enumerations stay where they are used: shared ones would need a unique name for each set.
    "POSTPROCESSING_HOOKS": [
        "mediadl.api.schema.document_errors",
        "mediadl.api.schema.add_examples",
        "mediadl.api.schema_headers.document_headers",
    ],
}

LOGGING_CONFIG = None  # structlog sets logging up: mediadl.logs.configure
