"""Checks a validator's receipts without asking it: signatures, and the chain that shows when one is withheld."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from .envelope import Json, Unreadable, is_signed, parse_object, render, sha256
from .store import NO_RECEIPT

_DIGEST = re.compile(r"[0-9a-f]{64}")
_MOST_LISTED = 100
"""Findings of each kind that are listed; beyond that they are counted alone."""
NO_FAULTS = frozenset({"duplicate"})
"""Findings with which a file is still sound."""


def is_receipt(value: Any) -> bool:
    """Whether a value has the form of a receipt."""
    return (
        isinstance(value, dict)
        and all(_is_count(value.get(name)) for name in ("sequence", "miner_sequence"))
        and all(
            isinstance(value.get(name), str) and _DIGEST.fullmatch(value[name])
            for name in ("hash", "previous")
        )
    )


@dataclass(frozen=True)
class Finding:
    """Something found in a file of receipts."""

    kind: str
    place: str
    message: str


@dataclass(frozen=True)
class Chain:
    """How far one miner's receipts go."""

    hotkey: str | None
    receipts: int
    first: int
    last: int
    head: str
    """SHA-256 of the last: `previous` of the next one."""


@dataclass(frozen=True)
class Report:
    """What came of an audit."""

    sound: bool
    """Whether no fault was found in what was checked."""
    signatures_checked: bool
    confirmations: int
    refusals: int
    chains: list[Chain]
    findings: list[Finding]
    counts: dict[str, int]


@dataclass(frozen=True)
class _Entry:
    order: int
    place: str
    prediction_id: str
    receipt: Json
    digest: str

    @property
    def number(self) -> int:
        number: int = self.receipt["miner_sequence"]
        return number


@dataclass
class _MinerChain:
    by_number: dict[int, _Entry] = field(default_factory=dict)
    by_prediction: dict[str, _Entry] = field(default_factory=dict)


class ReceiptAudit:
    """Takes confirmations line by line; `report` tells what was found in them."""

    def __init__(
        self, validator: str | None, *, miner: str | None = None, start: int = 1, any_order: bool = False
    ):
        """`validator`: who must have signed them; None: signatures are not checked."""
        self._validator = validator
        self._miner = miner
        self._start = start
        self._any_order = any_order
        self._findings: list[Finding] = []
        self._counts: Counter[str] = Counter()
        self._chains: dict[str, dict[str, _MinerChain]] = {}
        """By miner and by lineage, in the order in which they first stand in the file."""
        self._by_sequence: dict[tuple[str, int], _Entry] = {}
        self._taken = 0
        self._confirmations = 0
        self._refusals = 0

    def take(self, place: str, text: str, complete: bool = True) -> None:
        """Takes a line: a signed confirmation, or what a miner's command line printed."""
        if not text.strip():
            return
        self._taken += 1
        try:
            message = _confirmation_in(text)
            if message is not None:
                self._check(place, message)
        except Unreadable as error:
            self._find("unreadable" if complete else "truncated", place, str(error))

    def report(self) -> Report:
        """What was found in the lines that were taken."""
        chains = [self._walk(hotkey, self._standing(lineages)) for hotkey, lineages in self._chains.items()]
        return Report(
            sound=not any(kind not in NO_FAULTS for kind in self._counts),
            signatures_checked=self._validator is not None,
            confirmations=self._confirmations,
            refusals=self._refusals,
            chains=chains,
            findings=list(self._findings),
            counts=dict(self._counts),
        )

    def _check(self, place: str, message: Json) -> None:
        signer, data = message["sender"], message["data"]
        if self._validator is not None and signer != self._validator:
            return self._find("other_validator", place, f"signed by {signer}")
        if self._validator is not None and not is_signed(message, message["signature"], signer):
            return self._find("forged", place, f"the signature is not by {signer} over this text")
        self._confirmations += 1
        if data.get("status") != "success":
            self._refusals += 1
            return
        receipt, hotkey = data.get("receipt"), data.get("hotkey")
        if not is_receipt(receipt):
            raise Unreadable("a confirmation without a receipt")
        if self._miner is not None and isinstance(hotkey, str) and hotkey != self._miner:
            return self._find("foreign_miner", place, f"the receipt of {hotkey}")
        self._add(hotkey if isinstance(hotkey, str) else "", _entry(self._taken, place, data))

    def _add(self, hotkey: str, entry: _Entry) -> None:
        lineage = str(entry.receipt.get("lineage", ""))
        chain = self._chains.setdefault(hotkey, {}).setdefault(lineage, _MinerChain())
        same = chain.by_number.setdefault(entry.number, entry)
        twice = chain.by_prediction.setdefault(entry.prediction_id, entry)
        if same is not entry and same.digest == entry.digest and same.prediction_id == entry.prediction_id:
            return self._find("duplicate", entry.place, f"the same receipt as in {same.place}")
        if same is not entry:
            self._find("fork", entry.place, f"another receipt {entry.number} stands in {same.place}")
        elif twice is not entry:
            self._find(
                "fork", entry.place, f"prediction {entry.prediction_id} has another receipt in {twice.place}"
            )
        first = self._by_sequence.setdefault((lineage, entry.receipt["sequence"]), entry)
        if first is not entry:
            self._find(
                "fork", entry.place, f"sequence {entry.receipt['sequence']} stands in {first.place} too"
            )

    def _standing(self, lineages: dict[str, _MinerChain]) -> list[_Entry]:
        """What still counts: a restored backup takes back what was given after it was made."""
        standing: dict[int, _Entry] = {}
        for lineage, chain in lineages.items():
            first = chain.by_number[min(chain.by_number)]
            taken_back = sorted(number for number in standing if number >= first.number)
            if taken_back:
                self._find(
                    "restored",
                    first.place,
                    f"the validator restored a backup that ended with receipt {first.number - 1}, and gives "
                    f"numbers again from receipt {first.number} on, as lineage {lineage}: receipts "
                    f"{taken_back[0]} to {taken_back[-1]}, which stand in {standing[taken_back[0]].place} and "
                    "after it, count no more",
                )
            for number in taken_back:
                del standing[number]
            standing.update(chain.by_number)
        return sorted(standing.values(), key=lambda entry: entry.number)

    def _walk(self, hotkey: str, entries: list[_Entry]) -> Chain:
        """Holds every receipt against the one before it."""
        expected, before = min(self._start, entries[0].number), None
        for entry in entries:
            if entry.number > expected:
                last = entry.number - 1
                missing = f"receipt {last} is" if last == expected else f"receipts {expected} to {last} are"
                self._find("hole", entry.place, f"{missing} missing before receipt {entry.number}")
            else:
                self._check_link(before, entry)
            if not self._any_order and before is not None and before.order > entry.order:
                self._find(
                    "reordered", entry.place, f"receipt {entry.number} stands before receipt {before.number}"
                )
            expected, before = entry.number + 1, entry
        return Chain(hotkey or None, len(entries), entries[0].number, entries[-1].number, entries[-1].digest)

    def _check_link(self, before: _Entry | None, entry: _Entry) -> None:
        receipt = entry.receipt
        if before is None:
            if entry.number == 1 and receipt["previous"] != NO_RECEIPT:
                self._find("broken_link", entry.place, "receipt 1 names one before it")
        elif receipt["previous"] != before.digest:
            self._find(
                "broken_link", entry.place, f"receipt {entry.number} does not name the one in {before.place}"
            )
        elif receipt["sequence"] <= before.receipt["sequence"]:
            self._find(
                "broken_link",
                entry.place,
                f"receipt {entry.number} has a sequence before that of {before.place}",
            )

    def _find(self, kind: str, place: str, message: str) -> None:
        self._counts[kind] += 1
        if self._counts[kind] <= _MOST_LISTED:
            self._findings.append(Finding(kind, place, message))


def _confirmation_in(text: str) -> Json | None:
    """None: a line of a miner's command line without a confirmation in it."""
    message = parse_object(text)
    if "event" in message and "signature" not in message:
        signed = message.get("signed")
        return _confirmation_in(signed) if isinstance(signed, str) else None
    shape = {"type": str, "sender": str, "signature": str, "data": dict}
    for name, kind in shape.items():
        if not isinstance(message.get(name), kind):
            raise Unreadable(f"no signed confirmation: {name} is missing or of a wrong type")
    if message["type"] != "confirmation":
        raise Unreadable(f"no signed confirmation but a {message['type']}")
    if not isinstance(message["data"].get("prediction_id"), str):
        raise Unreadable("no signed confirmation: data.prediction_id is missing")
    return message


def _entry(order: int, place: str, data: Json) -> _Entry:
    receipt = data["receipt"]
    return _Entry(order, place, data["prediction_id"], receipt, sha256(render(receipt)))


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value < 2**53
