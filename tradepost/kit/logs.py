"""Structured logs to the console: readable lines when embedded, JSON on servers. Where a file is
named, plain lines in it too."""

import logging
import logging.config
from pathlib import Path
from typing import Any

import structlog

SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

LOGGERS: dict[str, dict[str, Any]] = {
    "django": {"handlers": []},  # not those that Django gives it
    # Django's line for each 4xx and 5xx says less than our request line.
    "django.request": {"level": "ERROR", "handlers": ["faults"]},
    # Strangers who guess host names get their 400; that is no error of ours.
    "django.security.DisallowedHost": {"level": "CRITICAL"},
    "axes": {"level": "WARNING"},
    "fontTools": {"level": "WARNING"},
    "uvicorn.error": {"level": "WARNING"},
}

NO_PATHS = ["routes"]
FILE_LINE = "{asctime} ({levelname}) - {name} - {message}"
FILE_BYTES = 1_048_576
OLDER_FILES = 4
READABLE = structlog.dev.ConsoleRenderer(
    colors=False, pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
)


class RouteForPath(logging.Filter):
    """Puts the route where Django says the path of a request: paths carry secrets (cart ids, the
    links that set a new password)."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        path = getattr(request, "path", None)
        if isinstance(path, str) and isinstance(record.args, tuple):
            shown = (path, path.encode("unicode_escape").decode())  # as Django escapes it
            route = getattr(getattr(request, "resolver_match", None), "route", None)
            record.args = tuple(route if arg in shown else arg for arg in record.args)
        return True


# Without the variables of the frames: passwords, tokens and people's words are among them.
TRACES = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)


def configure(options: dict[str, Any]) -> None:
    """Set up ``logging`` and structlog from ``{"level": "INFO", "json": False, "file": None}``.

    ``file`` is the path of a log file, whose folder is made; None writes to the console only.
    """
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last: list[Any] = (
        [TRACES, structlog.processors.JSONRenderer()] if options["json"] else [READABLE]
    )
    handlers = _list_handlers(options["file"])
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "structured": _formatter(last),
                "line": _formatter([_leave_to_line, READABLE]) | {"fmt": FILE_LINE, "style": "{"},
            },
            "filters": {"routes": {"()": RouteForPath}},
            "handlers": {
                **handlers,
                "faults": {"class": "tradepost.kit.faults.FaultMails", "level": "ERROR"},
            },
            "root": {"handlers": list(handlers), "level": options["level"].upper()},
            "loggers": LOGGERS,
        }
    )


def _formatter(last: list[Any]) -> dict[str, Any]:
    return {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": SHARED,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    }


def _list_handlers(file: Path | None) -> dict[str, dict[str, Any]]:
    """Return the places where every line goes, by name."""
    console = {
        "class": "logging.StreamHandler", "formatter": "structured", "filters": NO_PATHS,
    }  # fmt: skip
    return {"console": console} | ({"file": _rotating(file)} if file else {})


def _rotating(file: Path) -> dict[str, Any]:
    file.parent.mkdir(parents=True, exist_ok=True)
    return {
        "class": "logging.handlers.RotatingFileHandler",
        "formatter": "line",
        "filters": NO_PATHS,
        "filename": file,
        "maxBytes": FILE_BYTES,
        "backupCount": OLDER_FILES,
        "encoding": "utf-8",
        "delay": True,  # a command that says nothing leaves no file
    }


def _leave_to_line(logger: Any, name: str, event: dict[str, Any]) -> dict[str, Any]:
    """Take out what ``FILE_LINE`` begins with."""
    return {k: v for k, v in event.items() if k not in ("timestamp", "level", "logger")}
