"""Keys that sign for a miner."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Protocol, runtime_checkable

from . import sr25519
from .address import encode_address


@runtime_checkable
class MinerKey(Protocol):
    """What a client signs with. The hotkey of a Bittensor wallet is one, as is a `Keypair` of substrate-interface."""

    @property
    def ss58_address(self) -> str:
        """The hotkey, an SS58 address with prefix 42."""

    def sign(self, data: bytes, /) -> bytes | str:
        """The sr25519 signature over the data: 64 bytes, or their hex digits."""


class Keypair:
    """A key of this package's own, for those who have no wallet. Signs in Python: see `sr25519.sign`."""

    def __init__(self, seed: bytes) -> None:
        self._seed = bytes(seed)
        self.public_key = sr25519.public_key_of(self._seed)
        self.ss58_address = encode_address(self.public_key)

    @classmethod
    def generate(cls) -> Keypair:
        return cls(os.urandom(32))

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> Keypair:
        """Reads a key file: 64 hex digits, as `heliograph keys new` writes it, or a Bittensor hotkey's JSON file.

        Raises ValueError for anything else; no error quotes what the file holds.
        """
        text = Path(path).read_text(encoding="utf-8").strip()
        seed, address = _hotkey_file(text, path) if text.startswith("{") else (text, None)
        if re.fullmatch(r"(0x)?[0-9a-fA-F]{64}", seed) is None:
            raise ValueError(f"Cannot read key file {path}: expected 64 hex digits, or a hotkey's JSON file")
        keypair = cls(bytes.fromhex(seed.removeprefix("0x")))
        if address is not None and address != keypair.ss58_address:
            raise ValueError(f'Cannot read key file {path}: "ss58Address" is not the address of "secretSeed"')
        return keypair

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes a key file that this user alone can read; raises FileExistsError where there is one."""
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{self._seed.hex()}\n")

    def sign(self, data: bytes, /) -> bytes:
        return sr25519.sign(data, self._seed)

    def __repr__(self) -> str:
        return f"Keypair({self.ss58_address})"


def _hotkey_file(text: str, path: str | os.PathLike[str]) -> tuple[str, object]:
    try:
        content = json.loads(text)
    except ValueError:
        raise ValueError(
            f"Cannot read key file {path}: it begins as a JSON object, but is not JSON"
        ) from None
    seed = content.get("secretSeed")
    if not isinstance(seed, str):
        raise ValueError(f'Cannot read key file {path}: expected "secretSeed" with 64 hex digits')
    return seed.strip(), content.get("ss58Address")
