"""`heliograph-py verify`: whether what a validator confirmed is signed, unbroken and complete."""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .address import decode_address
from .receipts import ReceiptAudit, Report
from .store import stored_receipts

_SOUND, _NOT_SOUND, _UNUSABLE, _NOT_CHECKED = 0, 1, 2, 3
_EPILOG = """
FILE holds one signed confirmation on each line, or is what a miner's command line printed, or is a miner's store
(--store, miner.db); - is standard input. Without --validator nobody is named whose signatures they must be, so that
signatures are not checked.

exit code: 0 sound; 1 not sound; 2 wrong usage, or FILE cannot be read or holds no confirmation; 3 the chain is sound and
the signatures were not checked
"""


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "verify",
        help="check receipts: signatures, chains, sequence",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="FILE")
    parser.add_argument(
        "--validator", metavar="ADDRESS", help="the validator's hotkey; GET /ws/health tells it"
    )
    parser.add_argument("--miner", metavar="ADDRESS", help="the miner; receipts of others are then faults")
    parser.add_argument(
        "--from", dest="start", type=int, default=1, metavar="N", help="begins with receipt N, not 1"
    )
    parser.add_argument(
        "--any_order", action="store_true", help="lines may stand in another order than their receipts"
    )
    parser.add_argument("--json", action="store_true", help="print the report as a JSON object")
    parser.set_defaults(run=_verify)


def _verify(options: argparse.Namespace) -> int:
    for address in filter(None, (options.validator, options.miner)):
        decode_address(address)
    audit = ReceiptAudit(
        options.validator, miner=options.miner, start=options.start, any_order=options.any_order
    )
    for place, text, complete in _lines(options.file):
        audit.take(place, text, complete)
    report = audit.report()
    code = _code(report)
    print(
        json.dumps({**asdict(report), "exit_code": code})
        if options.json
        else _describe(report, code, options.file)
    )
    return code


def _code(report: Report) -> int:
    if not report.sound:
        return _NOT_SOUND
    if report.confirmations == 0:
        return _UNUSABLE
    return _SOUND if report.signatures_checked else _NOT_CHECKED


def _describe(report: Report, code: int, file: str) -> str:
    lines = [f"{file}: {finding.place}: {finding.kind}: {finding.message}" for finding in report.findings]
    listed = len(report.findings)
    if sum(report.counts.values()) > listed:
        lines.append(f"and {sum(report.counts.values()) - listed} findings more")
    lines.append(
        _count(report.confirmations, "confirmation") + f", {_count(report.refusals, 'refusal')} among them"
    )
    for chain in report.chains:
        who = chain.hotkey or "a miner that is not named"
        lines.append(
            f"  {who}: {_count(chain.receipts, 'receipt')}, {chain.first} to {chain.last}, head {chain.head[:12]}"
        )
    lines.append(_VERDICTS[code])
    return "\n".join(lines)


_VERDICTS = {
    _SOUND: "sound: every line is the validator's, and no receipt is missing or changed",
    _NOT_SOUND: "NOT SOUND",
    _UNUSABLE: "no confirmation in it",
    _NOT_CHECKED: "signatures NOT CHECKED: name the validator (--validator=ADDRESS). The chain by itself is sound.",
}


def _lines(file: str) -> Iterator[tuple[str, str, bool]]:
    """Each line with its place, and whether a line feed ends it."""
    if file != "-" and _is_database(file):
        try:
            for place, text in stored_receipts(file):
                yield place, text, True
        except sqlite3.Error as error:
            raise ValueError(f"{file} is no miner's store: {error}") from error
        return
    source = sys.stdin.buffer if file == "-" else open(file, "rb")
    with source:
        for number, line in enumerate(source, 1):
            yield f"line {number}", line.decode(errors="replace"), line.endswith(b"\n")


def _is_database(file: str) -> bool:
    with Path(file).open("rb") as opened:
        return opened.read(16) == b"SQLite format 3\0"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
