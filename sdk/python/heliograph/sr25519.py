"""sr25519 signatures as Substrate makes them (schnorrkel, signing context `substrate`).

Verifies with a native module where one is installed (`sr25519` of py-sr25519-bindings, or `bittensor_wallet`), some
fifty times faster; else in Python, with the same result.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import os
from collections.abc import Callable
from typing import Any

from . import _ristretto as ristretto
from ._merlin import Transcript
from .address import encode_address

_Verify = Callable[[bytes, bytes, bytes], bool]


def verify(text: bytes, signature: bytes, public_key: bytes) -> bool:
    """Whether the signature is the key's over the text, or over `<Bytes>text</Bytes>`, which browser wallets sign."""
    if len(signature) != 64 or len(public_key) != 32:
        return False
    if not any(public_key):  # the key of the secret zero: everybody can sign for it
        return False
    return any(_backend()[1](form, signature, public_key) for form in (text, b"<Bytes>" + text + b"</Bytes>"))


def backend() -> str:
    """The module that verifies: `sr25519`, `bittensor_wallet`, or `python` for this one."""
    return _backend()[0]


@functools.lru_cache(maxsize=16)
def public_key_of(seed: bytes) -> bytes:
    """The public key of a mini-secret seed of 32 bytes."""
    return ristretto.encode(ristretto.multiply_base(_expand(seed)[0]))


def sign(text: bytes, seed: bytes) -> bytes:
    """Signs in Python, not in constant time: for a miner's own machine. Wallets bring a `sign` of their own."""
    secret, salt = _expand(seed)
    noise = hashlib.sha512(salt + os.urandom(32) + text).digest()
    witness = int.from_bytes(noise, "little") % ristretto.ORDER
    commitment = ristretto.encode(ristretto.multiply_base(witness))
    challenge = _challenge(text, public_key_of(seed), commitment)
    proof = bytearray(((challenge * secret + witness) % ristretto.ORDER).to_bytes(32, "little"))
    proof[31] |= 128  # says that it is schnorrkel's and not an ed25519 signature
    return commitment + bytes(proof)


@functools.lru_cache(maxsize=16)
def _expand(seed: bytes) -> tuple[int, bytes]:
    """The secret scalar and the salt of nonces, as ed25519 derives them."""
    if len(seed) != 32:
        raise ValueError("a seed has 32 bytes")
    digest = bytearray(hashlib.sha512(seed).digest())
    digest[0] &= 248
    digest[31] = digest[31] & 63 | 64
    return int.from_bytes(digest[:32], "little") >> 3, bytes(digest[32:])


@functools.lru_cache(maxsize=1)
def _context() -> Transcript:
    transcript = Transcript(b"SigningContext")
    transcript.append(b"", b"substrate")
    return transcript


def _challenge(text: bytes, public_key: bytes, commitment: bytes) -> int:
    transcript = _context().copy()
    transcript.append(b"sign-bytes", text)
    transcript.append(b"proto-name", b"Schnorr-sig")
    transcript.append(b"sign:pk", public_key)
    transcript.append(b"sign:R", commitment)
    return int.from_bytes(transcript.challenge(b"sign:c", 64), "little") % ristretto.ORDER


def verify_in_python(text: bytes, signature: bytes, public_key: bytes) -> bool:
    """Whether the signature is the key's over just this text; takes some milliseconds."""
    key, commitment, proof = ristretto.decode(public_key), signature[:32], bytearray(signature[32:])
    if key is None or not proof[31] & 128:
        return False
    proof[31] &= 127
    scalar = int.from_bytes(proof, "little")
    if scalar >= ristretto.ORDER:
        return False
    challenge = _challenge(text, public_key, commitment)
    expected = ristretto.multiply_base(scalar, challenge, ristretto.negate(key))
    return ristretto.encode(expected) == commitment


@functools.lru_cache(maxsize=1)
def _backend() -> tuple[str, _Verify]:
    for name, adapt in (("sr25519", _with_bindings), ("bittensor_wallet", _with_wallet)):
        try:
            return name, adapt(importlib.import_module(name))
        except (ImportError, AttributeError):
            continue
    return "python", verify_in_python


def _with_bindings(module: Any) -> _Verify:
    native = module.verify

    def check(text: bytes, signature: bytes, public_key: bytes) -> bool:
        try:
            return bool(native(signature, text, public_key))
        except ValueError:
            return False

    return check


def _with_wallet(module: Any) -> _Verify:
    keypair_class = module.Keypair
    keypair = functools.lru_cache(maxsize=64)(lambda address: keypair_class(ss58_address=address))

    def check(text: bytes, signature: bytes, public_key: bytes) -> bool:
        try:
            return bool(keypair(encode_address(public_key)).verify(text, signature))
        except (ValueError, TypeError):
            return False

    return check
