"""One log line of JSON or logfmt into its parts.

Known are the shapes of pino, bunyan, winston, KafkaJS, structlog, python-json-logger, logback, zap, Serilog and mongod.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from readiness.diagnosis.log import logfmt

# The keys under which the loggers named above write; dotted keys are the Elastic Common Schema's.
_MESSAGE = ("message", "msg", "event", "@message", "@mt", "short_message", "body", "text")
_LEVEL = ("level", "levelname", "severity", "log.level", "lvl", "@l", "log_level", "s")
_LOGGER = ("logger", "logger_name", "context", "name", "log.logger", "module", "ctx")
_TIME = ("time", "timestamp", "@timestamp", "ts", "asctime", "@t", "datetime", "t")
_ERROR = ("err", "error", "exception", "exc_info", "reason", "cause", "@x", "exc", "errors", "failure")
_STACK = ("stack", "stack_trace", "stackTrace", "stack_info", "stacktrace", "trace", "error.stack_trace", "exc_text")
_NOISE = frozenset({"pid", "hostname", "v", "process", "thread", "thread_name", "lineno", "filename", "trace_id"})
_MAX_DEPTH = 4
_MAX_FIELDS = 24


@dataclass(frozen=True)
class Record:
    """What such a line says."""

    level: str
    logger: str
    time: str
    message: str
    said: str
    """Message, error and stack."""
    fields: str
    """The others, a line each: none of them goes on with the message of an error."""

    @property
    def text(self) -> str:
        return "\n".join(part for part in (self.said, self.fields) if part)


def unwrap(line: str) -> Record | None:
    """The record in a line of JSON or logfmt, or None where the line is none with a message, level or error."""
    fields = _fields(line.strip())
    if fields is None or not any(key in fields for key in (*_MESSAGE, *_LEVEL, *_ERROR)):
        return None
    return _record(fields)


def _fields(line: str) -> Mapping[str, Any] | None:
    if not line.startswith("{") or not line.endswith("}"):
        return logfmt.fields_of(line)
    try:
        fields: dict[str, Any] = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return fields


def unwrap_tail(line: str) -> str:
    """The line, and under it the JSON object at its end unfolded: so print winston and zap what they know."""
    text = line.rstrip()
    at = text.find(' {"')
    if at <= 0 or not text.endswith("}"):
        return line
    try:
        fields = json.loads(text[at + 1 :])
    except (ValueError, RecursionError):
        return line
    return f"{text}\n{_record(fields).text}"


def _record(fields: Mapping[str, Any]) -> Record:
    message = " ".join(_texts(_first(fields, _MESSAGE)))
    parts = [message]
    for key in (*_ERROR, *_STACK):
        parts.extend(_texts(fields.get(key)))
    said = list(dict.fromkeys(part for part in parts if part))
    logger = str(_first(fields, _LOGGER) or "")
    others = [f"logger={logger}"] if logger else []
    known = {*_MESSAGE, *_LEVEL, *_LOGGER, *_TIME, *_ERROR, *_STACK, *_NOISE}
    rest = [(key, value) for key, value in fields.items() if key not in known][:_MAX_FIELDS]
    for key, value in rest:
        if isinstance(value, (str, int, float, bool)):
            others.append(f"{key}={value}")
        else:
            others.extend(f"{key}: {text}" for text in _texts(value))
    return Record(
        level=str(_first(fields, _LEVEL) or ""),
        logger=logger,
        time=str(_first(fields, _TIME) or ""),
        message=message,
        said="\n".join(said),
        fields="\n".join(dict.fromkeys(part for part in others if part and part not in said)),
    )


def _first(fields: Mapping[str, Any], keys: Iterable[str]) -> Any:
    return next((fields[key] for key in keys if fields.get(key) not in (None, "")), None)


def _texts(value: Any, depth: int = 0) -> list[str]:
    """What a person would read in an error that may be a text, an object, or a list of either."""
    if value is None or value is True or value is False or depth > _MAX_DEPTH:
        return []
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, (int, float)):
        return [str(value)]
    if isinstance(value, list):
        return [text for item in value[:_MAX_FIELDS] for text in _texts(item, depth + 1)]
    return _of_object(value, depth)


def _of_object(value: Mapping[str, Any], depth: int) -> list[str]:
    kind = str(_first(value, ("type", "name", "exc_type", "class")) or "")
    said = _first(value, (*_MESSAGE, "exc_value", "value"))
    head = ": ".join(part for part in (kind, said if isinstance(said, str) else "") if part)
    texts = [head] if head else []
    for key, inner in list(value.items())[:_MAX_FIELDS]:
        if key in ("type", "name", "exc_type", "class", "exc_value") or (head and inner is said):
            continue
        if isinstance(inner, str) and key not in _STACK:
            texts.append(f"{key}: {inner}" if key not in _ERROR else inner)
        elif isinstance(inner, (int, float)) and not isinstance(inner, bool):
            texts.append(f"{key}: {inner}")
        else:
            texts.extend(_texts(inner, depth + 1))
    return texts
