"""Structured logs. They carry ids, codes and counts: never a secret, a name, an e-mail or a grade."""

import logging
import sys

import structlog
from structlog.tracebacks import ExceptionDictTransformer

from classbridge.settings import Settings


def configure(settings: Settings) -> None:
    """Set up structlog and the standard library's logging, once per process, to standard error."""
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty())
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    )
    logging.basicConfig(level=settings.log_level, format="%(message)s", stream=sys.stderr, force=True)
    for chatty in ("httpx2", "httpcore2", "uvicorn.access", "dbos", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # Without local variables: they hold what a log must never hold.
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
            if as_json
            else structlog.processors.StackInfoRenderer(),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[settings.log_level]),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
