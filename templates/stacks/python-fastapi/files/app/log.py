"""JSON lines on stdout, each with the process type and the release it comes from."""

import json
import logging
import re
import sys

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

levels = {"debug": logging.DEBUG, "info": logging.INFO, "warn": logging.WARNING, "error": logging.ERROR}

log: FilteringBoundLogger = structlog.get_logger()


def configure_log(process: str, *, level: str, release: str | None) -> None:
    origin = {"process": process} if release is None else {"process": process, "release": release}

    def add_origin(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {**origin, **event}

    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        add_origin,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", key="time"),
        structlog.processors.format_exc_info,
        structlog.processors.EventRenamer("msg"),
        structlog.processors.JSONRenderer(serializer=_serialize),
    ]
    structlog.configure(
        processors=common,
        wrapper_class=structlog.make_filtering_bound_logger(levels[level]),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )

    # Libraries write to the standard logger; what they tell below a warning helps nobody who operates this.
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *common],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(levels[level], logging.WARNING), force=True)


def _serialize(event: EventDict, **_options: object) -> str:
    line = json.dumps(event, separators=(",", ":"), default=str)
    # Errors of drivers may hold the URL that they were given.
    return re.sub(r"(\w://[^\s:/@\"]*:)[^\s@\"]+@", r"\1***@", line)
