"""`heliograph-py miner`: predictions in, one JSON object a line; what becomes of them out, likewise."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from .client import MinerClient
from .envelope import parse_object
from .errors import ConnectionRefused, HeliographError
from .events import Confirmation, Event, GameUpdate, Problem, Refused, State
from .keypair import Keypair

_logger = logging.getLogger("heliograph.miner")

_EPILOG = """
Reads predictions, one JSON object on each line, and sends each to every validator until it is confirmed or refused.
Prints what happens, one JSON object on each line: confirmations with their receipts, refusals, games, states, problems.
A missing prediction_id is filled in, and a missing miner_uid. Every option is also a variable, such as
HELIOGRAPH_MINER_VALIDATORS.

exit code: 0 all was confirmed; 1 something was refused, or still waits in the store; 2 wrong usage
"""
_PREFIX = "HELIOGRAPH_MINER_"
_AT_ONCE = 500
"""Predictions that are being kept at once; they are then committed together."""


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "miner",
        help="send predictions and print their receipts",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )

    def option(
        name: str, meaning: str, default: str | None = None, kind: Any = str, metavar: str = "FILE"
    ) -> None:
        given = os.environ.get(f"{_PREFIX}{name.upper()}") or default
        note = f" (default {default})" if default else ""
        parser.add_argument(
            f"--{name}",
            default=given,
            required=given is None,
            type=kind,
            metavar=metavar,
            help=meaning + note,
        )

    option(
        "validators", "where predictions go, or a file with one on each line", metavar="URL[#HOTKEY],...|FILE"
    )
    option("key", "the miner's hotkey: 64 hex digits, or a Bittensor hotkey's file")
    option("store", "keeps predictions until they are decided, and receipts", "miner.db")
    option("input", "predictions; - is standard input", "-", metavar="FILE|-")
    option("uid", "for predictions without miner_uid; else the one that the welcome tells", "", metavar="N")
    option("exit_when_done", "whether to end once all of the input is decided", "True", _truth, "True|False")
    option("websocket_enabled", "False: HTTP alone is used", "True", _truth, "True|False")
    option("websocket_heartbeat_interval", "seconds", "60", _seconds, "SECONDS")
    option("websocket_reconnect_base_interval", "the first wait is below this", "5", _seconds, "SECONDS")
    option("websocket_max_reconnect_interval", "the longest wait", "300", _seconds, "SECONDS")
    option("log_level", "DEBUG, INFO, WARNING or ERROR, on standard error", "INFO", _level, "LEVEL")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    logging.basicConfig(
        stream=sys.stderr, level=options.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("websockets").setLevel(logging.WARNING)
    return asyncio.run(_mine(options))


async def _mine(options: argparse.Namespace) -> int:
    client = MinerClient(
        _validators(options.validators),
        Keypair.from_file(options.key),
        store=options.store,
        uid=int(options.uid) if options.uid.isdigit() else options.uid or None,
        websocket=options.websocket_enabled,
        heartbeat_interval=options.websocket_heartbeat_interval,
        reconnect_base_interval=options.websocket_reconnect_base_interval,
        reconnect_max_interval=options.websocket_max_reconnect_interval,
    )
    stopped, tally = asyncio.Event(), _Tally()
    _on_signals(stopped)
    client.subscribe(tally.count)
    client.subscribe(lambda event: _print(_line(event), stopped))
    if options.input == "-" and sys.stdin.isatty():
        print("Waiting for predictions, one JSON object a line; Ctrl-D ends", file=sys.stderr)
    async with client:
        work = [
            asyncio.ensure_future(part)
            for part in (_work(client, options, tally, stopped), client.wait(), stopped.wait())
        ]
        await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
        for part in work:
            part.cancel()
        outcomes = await asyncio.gather(*work, return_exceptions=True)
        refused = next((outcome for outcome in outcomes if isinstance(outcome, Exception)), None)
        waiting = client.waiting
    print(tally.summary(waiting), file=sys.stderr)
    if isinstance(refused, ConnectionRefused):
        print(refused, file=sys.stderr)
    elif refused is not None:
        raise refused
    return 0 if tally.all_confirmed and waiting == 0 and refused is None else 1


def _validators(value: str) -> list[str]:
    """A list of them, or what stands in a file."""
    if "://" in value or not Path(value).is_file():
        return [url for url in value.split(",") if url.strip()]
    lines = Path(value).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.lstrip().startswith("#")]


async def _work(
    client: MinerClient, options: argparse.Namespace, tally: _Tally, stopped: asyncio.Event
) -> None:
    """Submits every line, and then waits as long as it is asked to."""
    keeping: set[asyncio.Task[None]] = set()
    number = 0
    try:
        async for line in _read_lines(options.input):
            number += 1
            task = asyncio.ensure_future(_submit(client, number, line, tally, stopped))
            keeping.add(task)
            task.add_done_callback(keeping.discard)
            if len(keeping) >= _AT_ONCE:
                await asyncio.wait(keeping, return_when=asyncio.FIRST_COMPLETED)
        if keeping:
            await asyncio.wait(keeping)
    finally:
        for task in keeping:
            task.cancel()
    if options.exit_when_done:
        await client.idle()
    else:
        await stopped.wait()


async def _submit(
    client: MinerClient, number: int, line: bytes, tally: _Tally, stopped: asyncio.Event
) -> None:
    try:
        text = line.decode()
        if text.strip():
            await client.put(parse_object(text))
    except (ValueError, HeliographError) as error:
        tally.invalid += 1
        _logger.warning("Line %d of the input is not submitted: %s", number, error)
        _print({"event": "invalid", "line": number, "message": str(error)}, stopped)


async def _read_lines(path: str) -> AsyncIterator[bytes]:
    """The lines of a file. A thread reads them, which a read that never ends does not keep from ending the process."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[bytes | None] = asyncio.Queue(1000)
    # Not sys.stdin: the interpreter waits for its lock when it ends, which a read under way holds.
    source = open(0, "rb", closefd=False) if path == "-" else open(path, "rb")

    def read() -> None:
        try:
            for line in source:
                asyncio.run_coroutine_threadsafe(lines.put(line), loop).result()
            asyncio.run_coroutine_threadsafe(lines.put(None), loop).result()
        except (RuntimeError, OSError, asyncio.CancelledError):
            pass  # the loop has ended before the file

    threading.Thread(target=read, daemon=True).start()
    while (line := await lines.get()) is not None:
        yield line


class _Tally:
    """Counts what became of predictions."""

    def __init__(self) -> None:
        self.invalid = 0
        self._counts: Counter[str] = Counter()

    def count(self, event: Event) -> None:
        if isinstance(event, Confirmation):
            self._counts["confirmed" if event.accepted and event.fault is None else "refused"] += 1
            self._counts["duplicates"] += event.duplicate
        elif isinstance(event, Refused):
            self._counts["refused"] += 1

    @property
    def all_confirmed(self) -> bool:
        return self.invalid == 0 and self._counts["refused"] == 0

    def summary(self, waiting: int) -> str:
        counts = {
            **{name: self._counts[name] for name in ("confirmed", "duplicates", "refused")},
            "waiting": waiting,
        }
        return ", ".join(f"{number} {name}" for name, number in {**counts, "invalid": self.invalid}.items())


def _line(event: Event) -> dict[str, Any]:
    """An event as `heliograph miner` prints it."""
    name, fields = _told(event)
    return {"event": name, "validator": event.validator, **fields}


def _told(event: Event) -> tuple[str, dict[str, Any]]:
    """What an event is called, and what it says."""
    if isinstance(event, Confirmation):
        shared = {"prediction_id": event.prediction_id, "signed": event.signed}
        if not event.accepted:
            return "refused", {**shared, "message": event.message}
        return "confirmation", {
            **shared,
            "duplicate": event.duplicate,
            "latency_ms": _milliseconds(event.latency),
            "receipt": event.receipt,
            "fault": event.fault,
            "miner_stats": event.data.get("miner_stats"),
        }
    if isinstance(event, Refused):
        return "refused", {"prediction_id": event.prediction_id, "message": event.message}
    if isinstance(event, GameUpdate):
        place = {"snapshot": event.snapshot, "epoch": event.epoch, "offset": event.offset}
        return "games", {"games": event.games, **place}
    if isinstance(event, State):
        delay = _milliseconds(event.delay)
        return "state", {"state": event.state, "attempt": event.attempt, "delay_ms": delay, "uid": event.uid}
    assert isinstance(event, Problem)
    return "problem", {"code": event.code, "message": event.message}


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)


def _print(line: dict[str, Any], stopped: asyncio.Event) -> None:
    try:
        print(json.dumps({name: value for name, value in line.items() if value is not None}), flush=True)
    except BrokenPipeError:
        # Whoever read has gone; what is undecided stays in the store.
        sys.stdout = open(os.devnull, "w")
        stopped.set()


def _on_signals(stopped: asyncio.Event) -> None:
    """The first Ctrl-C ends in order, the second at once."""
    loop = asyncio.get_running_loop()

    def stop(number: int) -> None:
        if stopped.is_set():
            os._exit(128 + number)
        stopped.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop, number)
        except NotImplementedError:
            return  # Windows: a KeyboardInterrupt ends the loop


def _truth(text: str) -> bool:
    truths = {"true": True, "1": True, "false": False, "0": False}
    if text.lower() not in truths:
        raise argparse.ArgumentTypeError(f"{text!r} is neither True nor False")
    return truths[text.lower()]


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"{text} is not above 0 and up to 86400 seconds")
    return seconds


def _level(text: str) -> str:
    if text.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise argparse.ArgumentTypeError(f"{text!r} is none of DEBUG, INFO, WARNING, ERROR")
    return text.upper()
