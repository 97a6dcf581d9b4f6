"""Refusals of messages, and what follows from each."""

from __future__ import annotations

import email.utils
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from .envelope import Json, Unreadable, parse_object
from .http import Answer

Verdict = Literal["again", "later", "blocked", "unfit"]
"""Send the message again at once, later, only after the longest wait, or find out which prediction is unfit."""

_TEMPORARY = {
    "max_connections",
    "heartbeat_timeout",
    "server_closing",
    "rate_limited",
    "slow_consumer",
    "internal_error",
}
ENDS_CONNECTION = {
    "not_authorized",
    "replayed",
    "max_connections",
    "heartbeat_timeout",
    "already_connected",
    "server_closing",
    "slow_consumer",
}
"""Errors that are followed by the close."""

_VERDICTS: dict[str, Verdict] = {
    "replayed": "again",
    "invalid_message": "unfit",
    "not_authorized": "blocked",
    "already_connected": "blocked",
}
_CODES = {
    400: "invalid_message",
    401: "not_authorized",
    403: "not_authorized",
    413: "invalid_message",
    422: "invalid_message",
    429: "rate_limited",
    503: "server_closing",
}
_STALE = re.compile(r"timestamp .* off the server's clock \(([^)]+)\)")


@dataclass(frozen=True)
class Failure:
    """Why a message was not taken."""

    code: str
    message: str
    verdict: Verdict
    nonce: str | None = None
    """Of the message that failed, where that is known."""
    retry_after: float | None = None
    """Seconds."""
    too_large: bool = False
    server_time: float | None = None
    """The validator's time, Unix seconds, where ours was refused."""


def read_error_frame(frame: Json) -> Failure:
    """Reads the flat, unsigned frame."""
    code, message, nonce = frame.get("code"), frame.get("message"), frame.get("in_reply_to")
    text = message if isinstance(message, str) else "unknown error"
    named = code if isinstance(code, str) else "unknown"
    return Failure(
        named,
        text,
        _VERDICTS.get(named, "later"),
        nonce if isinstance(nonce, str) else None,
        _seconds(frame.get("retry_after_ms"), 0.001),
        server_time=_time_in(text) if named == "not_authorized" else None,
    )


def read_http_error(answer: Answer, nonce: str | None = None) -> Failure:
    """Reads an HTTP answer that holds no signed message."""
    error = _error_in(answer)
    code, message = error.get("code"), error.get("message")
    known = code if isinstance(code, str) and code in {*_VERDICTS, *_TEMPORARY} else _CODES.get(answer.status)
    text = message if isinstance(message, str) else f"HTTP status {answer.status}"
    wait = _seconds(error.get("retry_after_ms"), 0.001)
    stale = known == "not_authorized" and answer.status == 401
    return Failure(
        known or f"http_{answer.status}",
        text,
        # A conflict that is not a replayed nonce is one of content.
        "unfit" if answer.status == 409 and known is None else _VERDICTS.get(known or "", "later"),
        nonce,
        _seconds(answer.headers.get("retry-after"), 1) if wait is None else wait,
        answer.status == 413,
        (_time_in(text) or _date_of(answer)) if stale else None,
    )


def _error_in(answer: Answer) -> Json:
    try:
        error = parse_object(answer.text).get("error")
    except Unreadable:
        return {}
    return error if isinstance(error, dict) else {}


def _seconds(value: Any, unit: float) -> float | None:
    try:
        seconds = float(value) * unit
    except (TypeError, ValueError):
        return None
    return seconds if 0 <= seconds < 1e9 else None


def _time_in(text: str) -> float | None:
    found = _STALE.search(text)
    try:
        return datetime.fromisoformat(found[1].replace("Z", "+00:00")).timestamp() if found else None
    except ValueError:
        return None


def _date_of(answer: Answer) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
    except (TypeError, ValueError):
        return None
