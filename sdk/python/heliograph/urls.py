"""Where validators are reached."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from .address import decode_address

_SCHEMES = {"ws": ("ws", "http"), "http": ("ws", "http"), "wss": ("wss", "https"), "https": ("wss", "https")}


@dataclass(frozen=True)
class ValidatorUrl:
    """One validator's addresses."""

    socket: str
    """Where WebSockets connect; names the validator in events, too."""
    http: str
    """What the paths of requests are appended to."""
    hotkey: str | None
    """The validator's hotkey, where it was given."""


def parse_url(text: str) -> ValidatorUrl:
    """Reads `ws://`, `wss://`, `http://` and `https://` URLs and `host:port`, each with `#HOTKEY` or without.

    The path is `/ws` when none is given. Raises ValueError for anything else.
    """
    address, _, hotkey = re.sub(r"\s*[\s#]\s*", "#", text.strip(), count=1).partition("#")
    parts = urlsplit(address if "://" in address else f"ws://{address}")
    try:
        # Reading the port checks it.
        schemes = None if parts.port == 0 else _SCHEMES.get(parts.scheme)
    except ValueError:
        schemes = None
    if schemes is None or not parts.hostname or parts.username is not None:
        raise ValueError(f"Cannot use validator {text}: expected a ws://, wss://, http:// or https:// URL")
    if hotkey:
        decode_address(hotkey)
    path = "/ws" if parts.path in ("", "/") else parts.path
    query = f"?{parts.query}" if parts.query else ""
    base = re.sub(r"/ws/?$", "", path)
    socket, http = (f"{scheme}://{parts.netloc}" for scheme in schemes)
    return ValidatorUrl(f"{socket}{path}{query}", http + base, hotkey or None)
