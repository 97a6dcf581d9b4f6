"""The signed envelope: how messages are rendered, signed, read and believed."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from . import sr25519
from .address import decode_address
from .keypair import MinerKey

Json = dict[str, Any]

_LARGEST_DEPTH = 32
"""Nesting beyond which neither side reads on."""
_LEAST_SKEW = 5.0
"""Seconds. Below this, a refused timestamp has another cause than the clock."""


class Unreadable(ValueError):
    """A message that has not the form that it should have."""


class Untrusted(ValueError):
    """A message that is not the validator's. `code` is `bad_signature` or `wrong_sender`."""

    def __init__(self, code: str, message: str, signer: str) -> None:
        super().__init__(message)
        self.code = code
        self.signer = signer


@dataclass(frozen=True)
class Envelope:
    """A message that the validator signed."""

    type: str
    data: Json
    signer: str
    text: str
    """As it was received, signature and all."""


@dataclass(frozen=True)
class SignedMessage:
    """A message that is ready to be sent."""

    nonce: str
    frame: str


def render(value: Mapping[str, Any]) -> str:
    """The text that signatures and hashes cover. Raises ValueError for what JSON cannot say, such as NaN."""
    return json.dumps(value, sort_keys=True, allow_nan=False)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def parse_object(text: str) -> Json:
    """Reads a JSON object as the validator does; raises Unreadable."""
    try:
        value = json.loads(text, parse_constant=_no_number, parse_float=_finite)
        # What has the right depth cannot exhaust the stack when it is rendered.
        if isinstance(value, dict) and _depth(value) <= _LARGEST_DEPTH:
            return value
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"not JSON: {error}") from None
    raise Unreadable(f"expected a JSON object with at most {_LARGEST_DEPTH} levels")


def open_envelope(message: Json, expected: str | None, text: str | None = None) -> Envelope:
    """Reads a validator's message and checks its signature; `expected`: who must have signed it.

    Raises Unreadable or Untrusted.
    """
    kind, signer, data = message.get("type"), message.get("sender"), message.get("data", {})
    signature = message.get("signature")
    if not (isinstance(kind, str) and isinstance(signer, str) and isinstance(data, dict)):
        raise Unreadable("a message without type, sender or data")
    if not isinstance(signature, str):
        raise Unreadable(f"a {kind} without a signature")
    if not is_signed(message, signature, signer):
        raise Untrusted("bad_signature", f"Ignored {kind}: its signature is not by {signer}", signer)
    if expected is not None and signer != expected:
        raise Untrusted("wrong_sender", f"Ignored {kind} by {signer}: expected {expected}", signer)
    return Envelope(kind, data, signer, render(message) if text is None else text)


def is_signed(message: Mapping[str, Any], signature: str, signer: str) -> bool:
    """Whether `signature` is the signer's over the message without its signature."""
    try:
        key, proof = decode_address(signer), bytes.fromhex(signature.removeprefix("0x"))
    except ValueError:
        return False
    signed = render({name: value for name, value in message.items() if name != "signature"})
    return sr25519.verify(signed.encode(), proof, key)


class Signer:
    """Signs what a miner sends, in the validator's time."""

    def __init__(self, keypair: MinerKey) -> None:
        self._keypair = keypair
        self._count = itertools.count()
        self._adjusted = False
        self.hotkey = keypair.ss58_address
        self.skew = 0.0
        """Seconds that the validator's clock is ahead of ours."""

    def adjust(self, server_time: float) -> bool:
        """Takes the validator's time (Unix seconds) as that of now.

        False, and nothing done, where that changes little or was done since a message was last accepted: then the
        time is not what is wrong.
        """
        if self._adjusted or abs(server_time - time.time() - self.skew) < _LEAST_SKEW:
            return False
        self.skew = server_time - time.time()
        self._adjusted = True
        return True

    def accepted(self) -> None:
        """Says that the validator took a message."""
        self._adjusted = False

    def message(self, kind: str, data: Json, validator: str | None) -> SignedMessage:
        return self._seal({"type": kind, "sender": self.hotkey, "data": data}, validator)

    def authentication(self, recover: Json, validator: str | None) -> SignedMessage:
        """The first frame on a connection."""
        return self._seal({"hotkey": self.hotkey, "recover": recover}, validator)

    def headers(self) -> dict[str, str]:
        """Those that sign a GET request."""
        stamp = self._stamp()
        signature = self._sign(render({"hotkey": self.hotkey, **stamp}))
        named = {"x-hotkey": self.hotkey, "x-signature": signature}
        return {**named, **{f"x-{name}": value for name, value in stamp.items()}}

    def _seal(self, message: Json, validator: str | None) -> SignedMessage:
        stamp = self._stamp()
        message = {**message, **stamp, **({} if validator is None else {"validator": validator})}
        frame = json.dumps({**message, "signature": self._sign(render(message))})
        return SignedMessage(stamp["nonce"], frame)

    def _sign(self, text: str) -> str:
        signature = self._keypair.sign(text.encode())
        return signature.removeprefix("0x") if isinstance(signature, str) else bytes(signature).hex()

    def _stamp(self) -> dict[str, str]:
        now = datetime.fromtimestamp(time.time() + self.skew, timezone.utc)
        nonce = f"{int(time.time() * 1000)}.{next(self._count)}.{secrets.token_hex(4)}"
        return {"timestamp": now.isoformat(), "nonce": nonce}


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _no_number(text)


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level and depth <= _LARGEST_DEPTH:
        depth += 1
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, (dict, list))
        ]
    return depth
