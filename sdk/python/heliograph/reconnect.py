"""When to connect again after a session has ended, and what does meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .session import End


@dataclass(frozen=True)
class Reconnect:
    """What follows from the end of a session."""

    delay: Literal["backoff", "longest"] | float
    """`longest`: the refusal will not change soon. A number: seconds that the server named."""
    http: bool
    """Whether HTTP is to do meanwhile."""


def plan_reconnect(end: End) -> Reconnect:
    """For an end that is not for good; `errors.permanent_refusal` and `is_replaced` know those that are."""
    failure = end.failure
    code = failure.code if failure else ""
    if _is_taken(end):
        return Reconnect("longest", http=True)
    if code == "not_authorized" or "Not authorized" in end.detail:
        return Reconnect("longest", http=False)
    if failure is not None and failure.retry_after is not None:
        return Reconnect(failure.retry_after, http=code == "max_connections")
    # Where the server itself is closing, or nobody listens, HTTP would fare no better.
    blocked = end.cause in ("no_upgrade", "no_frames", "unwelcome") and code != "server_closing"
    return Reconnect("backoff", http=blocked)


def is_replaced(end: End) -> bool:
    """Whether another process has connected with the same hotkey, and would be replaced in turn."""
    return end.authenticated and _is_taken(end)


def _is_taken(end: End) -> bool:
    """The close says the same as its error frame, which may have been lost."""
    named = end.failure is not None and end.failure.code == "already_connected"
    return named or "Client already connected" in end.detail
