"""All settings, from the environment. Outside DEBUG a missing secret, host list or database stops the start."""

import hashlib
import os
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config import native

ROOT = Path(__file__).resolve().parent.parent
native.prepare(ROOT)  # PDF libraries and fonts unpacked for a user who is not root
env = environ.Env()
environ.Env.read_env(ROOT / ".env") if (ROOT / ".env").exists() else None

DEBUG = env.bool("DEBUG", default=False)
# `make demo` and the tests run without any configuration: a key made once for this folder, never committed.
EMBEDDED = not env.str("DATABASE_URL", default="")


def _required(name: str, reason: str) -> str:
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(
            f"缺少环境变量 {name}：{reason}。请在 .env 或部署环境中设置后再启动。"
        )
    return value


if EMBEDDED:
    from config import embedded

    servers = embedded.ensure(ROOT)
    DATABASE_URL, DATABASE_OWNER_URL, REDIS_URL = (
        servers.database_url,
        servers.owner_url,
        servers.redis_url,
    )
    SECRET_KEY = env.str("SECRET_KEY", default="") or embedded.secret_key(ROOT)
    ALLOWED_HOSTS = env.list(
        "ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", "testserver"]
    )
else:
    DATABASE_URL = env.str("DATABASE_URL")
    DATABASE_OWNER_URL = env.str("DATABASE_OWNER_URL", default=DATABASE_URL)
    REDIS_URL = _required("REDIS_URL", "消息队列地址，例如 redis://:口令@redis:6379/0")
    SECRET_KEY = _required("SECRET_KEY", "会话与签名的密钥，至少 50 个随机字符")
    ALLOWED_HOSTS = [h for h in _required("ALLOWED_HOSTS", "本站域名，逗号分隔").split(",") if h]

# Seals nonces and list salts until the reveal; without it the key is derived from SECRET_KEY.
DRAW_KEY = env.str("DRAW_KEY", default="")

SITE = env.str("SITE", default="both")  # both | staff | public
if SITE not in {"both", "staff", "public"}:
    raise ImproperlyConfigured("环境变量 SITE 只能是 both、staff 或 public。")
SITE_NAME = env.str("SITE_NAME", default="双随机、一公开监管平台")
# The agency code whose name and contact the public site shows; empty: the only one there is.
SITE_AUTHORITY = env.str("SITE_AUTHORITY", default="")
# Where the QR codes on printed documents point.
PUBLIC_BASE_URL = env.str("PUBLIC_BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
# Hosts that records may be pushed to: "host[:port]" by HTTPS, "http://host[:port]" where only plain HTTP exists.
PUSH_HOSTS = env.list("PUSH_HOSTS", default=["http://127.0.0.1:8790"] if EMBEDDED else [])
# The keys agreed with platforms: PUSH_SECRET_<NAME>=…; a registered platform names its key and never holds it.
PUSH_SECRETS = {
    name.removeprefix("PUSH_SECRET_"): value
    for name, value in os.environ.items()
    if name.startswith("PUSH_SECRET_") and value
}
if EMBEDDED:  # for `manage.py push_receiver`
    PUSH_SECRETS.setdefault("DEMO", hashlib.sha256(f"push:{SECRET_KEY}".encode()).hexdigest())

# The one-way bundle to a public host that cannot see the desk: the desk signs it, the public host checks it (PEM files).
BUNDLE_KEY_FILE = env.str("BUNDLE_KEY_FILE", default="")
BUNDLE_PUBLIC_KEY_FILE = env.str("BUNDLE_PUBLIC_KEY_FILE", default="")

INSTALLED_APPS = [
    "bureau.admin_site.DeskAdmin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "axes",
    "csp",
    "django_htmx",
    "import_export",
    "bureau",
    "registry",
    "planning",
    "inspections",
    "publication",
    "config.apps.SiteConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "bureau.middleware.RequestContextMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "bureau.middleware.SignInMiddleware",
    "bureau.middleware.AccessMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "bureau.middleware.RuleErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = {
    "both": "config.urls",
    "staff": "config.urls_staff",
    "public": "config.urls_public",
}[SITE]
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.desk",
                "config.context.site",
            ],
        },
    }
]


def _database(url: str) -> dict[str, object]:
    database = env.db_url_config(url)
    database["ENGINE"] = "django.db.backends.postgresql"
    database["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    database["CONN_HEALTH_CHECKS"] = True
    return database


# `default` is the application's role, which may only INSERT into and SELECT from append-only tables;
# `owner` migrates and is used by nothing else (bureau/routers.py).
DATABASES = {"default": _database(DATABASE_URL), "owner": _database(DATABASE_OWNER_URL)}
DATABASES["owner"]["CONN_MAX_AGE"] = 0
DATABASE_ROUTERS = ["bureau.routers.OwnerMigrates"]
DATABASE_APP_ROLE = str(DATABASES["default"].get("USER") or "ssj_app")

CACHES = {
    "default": {
        # Page fragments and figures: nothing is lost when it goes.
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    },
    # How often somebody asked: one count for all processes and hosts.
    "counters": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL.replace("redis+socket://", "unix://").partition("?")[0],
        "KEY_PREFIX": "ssj",
    },
}
AUTH_USER_MODEL = "bureau.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "bureau.passwords.LongEnough",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "bureau:login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "bureau:login"
AXES_FAILURE_LIMIT = env.int("LOGIN_FAILURE_LIMIT", default=5)
AXES_COOLOFF_TIME = env.float("LOGIN_COOLOFF_HOURS", default=0.5)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "errors/lockout.html"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_IPWARE_PROXY_COUNT = env.int("PROXY_COUNT", default=0)
# One reading of the address everywhere: behind a proxy all people would else have the proxy's, and one could lock out all.
AXES_CLIENT_IP_CALLABLE = "bureau.middleware.client_address"
# A session ends after 30 idle minutes (SESSION_SAVE_EVERY_REQUEST renews it) and after 12 hours in any case.
SESSION_COOKIE_AGE = env.int("SESSION_IDLE_SECONDS", default=1800)
SESSION_ABSOLUTE_SECONDS = env.int("SESSION_ABSOLUTE_SECONDS", default=12 * 3600)
SESSION_SAVE_EVERY_REQUEST = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

HTTPS = env.bool("HTTPS", default=not EMBEDDED)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS and env.bool("SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31536000 if HTTPS else 0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if HTTPS else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = ["config.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = ROOT / ".local" / "static"
STATICFILES_DIRS = [ROOT / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = env.bool("WHITENOISE_USE_FINDERS", default=EMBEDDED)
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(ROOT / ".local" / "media")))
MEDIA_URL = ""  # files are never served by path, only by a view that applies scope
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_MB", default=40) * 1024 * 1024
FONT_DIR = Path(env.str("FONT_DIR", default=str(ROOT / ".local" / "fonts")))

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = (
    False  # the truth is in bureau.Job: a lost message is found again by its lease
)
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ALWAYS_EAGER = False

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS: list[str] = []
TEST_RUNNER = "django.test.runner.DiscoverRunner"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
VERSION = (
    (ROOT / "CHANGELOG.md").read_text("utf-8").split("## ", 1)[1].split()[0]
    if os.path.exists(ROOT / "CHANGELOG.md")
    else "0"
)
