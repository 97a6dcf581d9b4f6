"""Merlin transcripts over STROBE-128: what sr25519 hashes with (merlin.cool, strobe.sourceforge.io)."""

from __future__ import annotations

import struct

_MASK = (1 << 64) - 1
_RATE = 166


def _round_constants() -> list[int]:
    """Keccak's, which a linear feedback shift register makes (FIPS 202, section 3.2.5)."""
    constants, register = [], 1
    for _ in range(24):
        constant = 0
        for place in range(7):
            if register & 1:
                constant |= 1 << ((1 << place) - 1)
            register = (register << 1) ^ (0x171 if register & 0x80 else 0)
        constants.append(constant)
    return constants


def _lane_walk() -> list[tuple[int, int]]:
    """For each step of rho and pi: the lane that is written, and by how much it is rotated."""
    walk, x, y = [], 1, 0
    for step in range(24):
        x, y = y, (2 * x + 3 * y) % 5
        walk.append((x + 5 * y, (step + 1) * (step + 2) // 2 % 64))
    return walk


_ROUND_CONSTANTS = _round_constants()
_LANE_WALK = _lane_walk()


def keccak_f1600(lanes: list[int]) -> list[int]:
    """The permutation of FIPS 202 on 25 lanes of 64 bits."""
    for constant in _ROUND_CONSTANTS:
        parity = [lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20] for x in range(5)]
        mixed = [
            parity[x - 1] ^ ((parity[(x + 1) % 5] << 1 | parity[(x + 1) % 5] >> 63) & _MASK) for x in range(5)
        ]
        lanes = [lane ^ mixed[place % 5] for place, lane in enumerate(lanes)]
        moved = lanes[1]
        for place, turn in _LANE_WALK:
            moved, lanes[place] = lanes[place], (moved << turn | moved >> (64 - turn)) & _MASK
        lanes = [
            lanes[y + x] ^ (~lanes[y + (x + 1) % 5] & _MASK & lanes[y + (x + 2) % 5])
            for y in range(0, 25, 5)
            for x in range(5)
        ]
        lanes[0] ^= constant
    return lanes


class _Strobe128:
    """The operations of STROBE-128 that Merlin uses."""

    _INBOUND, _APPLICATION, _CIPHER, _META, _KEYED = 1, 2, 4, 16, 32

    def __init__(self, label: bytes) -> None:
        self._state = bytearray(200)
        self._state[:18] = bytes([1, _RATE + 2, 1, 0, 1, 96]) + b"STROBEv1.0.2"
        self._permute()
        self._place = self._begin = 0
        self.meta(label)

    def copy(self) -> _Strobe128:
        twin = object.__new__(_Strobe128)
        twin._state, twin._place, twin._begin = bytearray(self._state), self._place, self._begin
        return twin

    def meta(self, data: bytes, more: bytes = b"") -> None:
        self._start(self._META | self._APPLICATION)
        self._absorb(data + more)

    def absorb(self, data: bytes) -> None:
        self._start(self._APPLICATION)
        self._absorb(data)

    def squeeze(self, count: int) -> bytes:
        self._start(self._INBOUND | self._APPLICATION | self._CIPHER)
        out = bytearray()
        for _ in range(count):
            out.append(self._state[self._place])
            self._state[self._place] = 0
            self._forward()
        return bytes(out)

    def _start(self, flags: int) -> None:
        before, self._begin = self._begin, self._place + 1
        self._absorb(bytes([before, flags]))
        if flags & (self._CIPHER | self._KEYED) and self._place:
            self._finish_block()

    def _absorb(self, data: bytes) -> None:
        for byte in data:
            self._state[self._place] ^= byte
            self._forward()

    def _forward(self) -> None:
        self._place += 1
        if self._place == _RATE:
            self._finish_block()

    def _finish_block(self) -> None:
        self._state[self._place] ^= self._begin
        self._state[self._place + 1] ^= 0x04
        self._state[_RATE + 1] ^= 0x80
        self._permute()
        self._place = self._begin = 0

    def _permute(self) -> None:
        lanes = keccak_f1600(list(struct.unpack("<25Q", self._state)))
        self._state[:] = struct.pack("<25Q", *lanes)


class Transcript:
    """What two sides have said so far, and challenges that follow from it."""

    def __init__(self, label: bytes) -> None:
        self._strobe = _Strobe128(b"Merlin v1.0")
        self.append(b"dom-sep", label)

    def copy(self) -> Transcript:
        """The same transcript, to be gone on with apart."""
        twin = object.__new__(Transcript)
        twin._strobe = self._strobe.copy()
        return twin

    def append(self, label: bytes, message: bytes) -> None:
        self._strobe.meta(label, struct.pack("<I", len(message)))
        self._strobe.absorb(message)

    def challenge(self, label: bytes, count: int) -> bytes:
        self._strobe.meta(label, struct.pack("<I", count))
        return self._strobe.squeeze(count)
