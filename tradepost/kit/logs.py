"""Structured logs to the console: readable lines when embedded, JSON on servers."""

import logging.config
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


def configure(options: dict[str, Any]) -> None:
    """Set up ``logging`` and structlog from ``{"level": "INFO", "json": False}``."""
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
        [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer()]
        if options["json"]
        else [
            structlog.dev.ConsoleRenderer(
                colors=False, pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
            )
        ]
    )
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": SHARED,
        "processors": [remove, *last],
    }
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"structured": formatter},
            "handlers": {
                "console": {"class": "logging.StreamHandler", "formatter": "structured"},
                "faults": {"class": "tradepost.kit.faults.FaultMails", "level": "ERROR"},
            },
            "root": {"handlers": ["console"], "level": options["level"]},
            "loggers": LOGGERS,
        }
    )
