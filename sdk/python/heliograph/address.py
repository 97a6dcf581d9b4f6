"""SS58 addresses with the prefix 42, which Bittensor's hotkeys have."""

from __future__ import annotations

import hashlib

_DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_PREFIX = 42


def decode_address(address: str) -> bytes:
    """The public key of 32 bytes in an address; raises ValueError for anything else."""
    number = 0
    for digit in address if len(address) <= 64 else "":
        place = _DIGITS.find(digit)
        if place < 0:
            break
        number = number * 58 + place
    else:
        data = number.to_bytes(48, "big")[-35:]
        if number < 1 << 280 and data[0] == _PREFIX and _checksum(data[:33]) == data[33:]:
            return data[1:33]
    raise ValueError(f"{address!r} is no SS58 address with prefix {_PREFIX}")


def encode_address(public_key: bytes) -> str:
    """The address of a public key of 32 bytes."""
    body = bytes([_PREFIX]) + public_key
    number, text = int.from_bytes(body + _checksum(body), "big"), ""
    while number:
        number, place = divmod(number, 58)
        text = _DIGITS[place] + text
    return text


def _checksum(body: bytes) -> bytes:
    return hashlib.blake2b(b"SS58PRE" + body).digest()[:2]
