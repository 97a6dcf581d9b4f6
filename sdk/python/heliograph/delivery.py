"""Which prediction is sent when, and again until it is decided."""

from __future__ import annotations

import asyncio
import bisect
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from .backoff import RateLimit
from .envelope import Json, Signer, parse_object
from .events import Confirmation
from .failures import Failure
from .store import Kept

_logger = logging.getLogger("heliograph")

_ANSWER_TIMEOUT = 30.0
"""Seconds after which an unanswered message is sent again."""
_WINDOW = 4
"""Messages under way at once."""
_MESSAGE_RATE = 40
"""Messages a second; the gateway allows 50, heartbeats and all."""
_LONGEST_PAUSE = 60.0
_MOST_IN_BATCH = 100
_LARGEST_BATCH = 250_000
_SMALLEST_BATCH = 1024


class Way(Protocol):
    """What carries messages to the validator. Answers come back by other ways."""

    name: str

    async def post(self, nonce: str, frame: str) -> None: ...


@dataclass(eq=False)
class Item:
    """A prediction on its way from the outbox to its decision."""

    kept: Kept
    at: float | None
    """When it was submitted, by the loop's clock; None: by an earlier process."""
    waiters: list[asyncio.Future[None]] = field(default_factory=list)
    alone: bool = False
    """It was in a batch that was refused as a whole, so from now on it is sent by itself."""
    flight: Flight | None = None
    settled: bool = False
    outcome: Confirmation | BaseException | None = None

    async def decision(self) -> Confirmation:
        """Resolves with the confirmation; raises what else it came to."""
        if self.outcome is None:
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self.waiters.append(waiter)
            await waiter
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        assert self.outcome is not None
        return self.outcome

    def tell(self, outcome: Confirmation | BaseException) -> None:
        """Tells whoever waits what it came to."""
        self.outcome = outcome
        for waiter in self.waiters:
            if not waiter.done():
                waiter.set_result(None)


@dataclass(eq=False)
class Flight:
    """A message that is not answered in full yet."""

    nonce: str
    way: Way
    skew: float
    items: set[Item]
    deadline: float


class Delivery:
    """All predictions of one miner that one validator has not decided on."""

    def __init__(
        self,
        signer: Signer,
        validator: Callable[[], str | None],
        refuse: Callable[[Item, str], None],
        longest: float,
    ) -> None:
        self._signer = signer
        self._validator = validator
        self._refuse = refuse
        self._longest = longest
        self._loop = asyncio.get_running_loop()
        self.items: dict[str, Item] = {}
        """Undecided, by `prediction_id`."""
        self._line: list[Item] = []
        self._flights: dict[str, Flight] = {}
        self._rate = RateLimit(_MESSAGE_RATE, self._loop.time())
        self._way: Way | None = None
        self._window = _WINDOW
        self._batch_size = _LARGEST_BATCH
        self._paused_until = 0.0
        self._failures = 0
        self._changed = asyncio.Event()
        self._posts: set[asyncio.Task[None]] = set()

    def add(self, item: Item) -> None:
        self.items[item.kept.prediction_id] = item
        self._put_back([item])

    def use(self, way: Way | None) -> None:
        """From now on predictions go this way; None: they wait."""
        self._way = way
        self._paused_until = 0.0
        self._changed.set()

    def lost(self, way: Way) -> None:
        """A way is closed, so what it carried may not have arrived."""
        if self._way is way:
            self._way = None
        for flight in [flight for flight in self._flights.values() if flight.way is way]:
            self._put_back(self._land(flight))

    def settle(self, prediction_id: str) -> Item | None:
        """A prediction is decided; None where it was not waiting."""
        item = self.items.pop(prediction_id, None)
        if item is None:
            return None
        item.settled = True
        flight, item.flight = item.flight, None
        if flight is not None:
            flight.items.discard(item)
            if not flight.items:
                self._flights.pop(flight.nonce, None)
        self._window, self._failures = _WINDOW, 0
        self._signer.accepted()
        self._changed.set()
        return item

    def fail(self, failure: Failure) -> None:
        """A message was not taken."""
        flight = self._flights.get(failure.nonce or "")
        if flight is None:
            if failure.code == "rate_limited":
                self._pause(failure)
            return
        items = self._land(flight)
        if failure.too_large:
            self._shrink()
        if failure.verdict == "unfit":
            return self._unfit(items, failure.message)
        self._put_back(items)
        if failure.verdict == "again" or self._clock_corrected(failure, flight):
            return
        # A way that is not used any more says nothing about the one that is.
        if flight.way is self._way:
            self._pause(failure)

    def too_large(self) -> None:
        """The connection was closed because a message was too large, without saying which."""
        self._shrink()
        flights = list(self._flights.values())
        items = [item for flight in flights for item in self._land(flight)]
        if len(flights) == 1:
            return self._unfit(items, "Prediction is larger than the validator takes")
        # One at a time from here, so that the next such close names its cause.
        self._window = 1
        for item in items:
            item.alone = True
        self._put_back(items)

    async def run(self) -> None:
        """Sends until it is cancelled."""
        try:
            while True:
                self._changed.clear()
                wait = self._wait()
                if wait == 0:
                    self._send()
                    await asyncio.sleep(0)
                else:
                    await _first_of(self._changed, wait)
        finally:
            for post in self._posts:
                post.cancel()

    def _wait(self) -> float | None:
        """Seconds until there is something to do; 0: now; None: not before something changes."""
        now = self._loop.time()
        for flight in [flight for flight in self._flights.values() if flight.deadline <= now]:
            self._put_back(self._land(flight))
        if self._way is not None and len(self._flights) < self._window and self._any_waiting():
            return max(self._paused_until - now, self._rate.wait(now), 0.0)
        deadlines = [flight.deadline for flight in self._flights.values()]
        return max(min(deadlines) - now, 0.01) if deadlines else None

    def _any_waiting(self) -> bool:
        while self._line and self._line[0].settled:
            self._line.pop(0)
        return bool(self._line)

    def _send(self) -> None:
        way, items = self._way, self._take()
        assert way is not None
        predictions = [parse_object(item.kept.text) for item in items]
        data: Json = predictions[0] if len(items) == 1 else {"predictions": predictions}
        message = self._signer.message("prediction", data, self._validator())
        now = self._loop.time()
        flight = Flight(message.nonce, way, self._signer.skew, set(items), now + _ANSWER_TIMEOUT)
        self._flights[message.nonce] = flight
        for item in items:
            item.flight = flight
            _logger.info("Pushed prediction %s via %s", item.kept.prediction_id, way.name)
        self._rate.take(now)
        post = self._loop.create_task(way.post(message.nonce, message.frame))
        self._posts.add(post)
        post.add_done_callback(self._posts.discard)

    def _take(self) -> list[Item]:
        """What the next message holds: as much as one may, or one prediction that must be by itself."""
        size = 0
        taken: list[Item] = []
        for item in self._line:
            size += len(item.kept.text) + 2
            full = len(taken) == _MOST_IN_BATCH or size > self._batch_size
            if taken and (item.alone or item.settled or full):
                break
            taken.append(item)
            if item.alone:
                break
        del self._line[: len(taken)]
        return taken

    def _put_back(self, items: list[Item]) -> None:
        for item in items:
            if not item.settled:
                bisect.insort(self._line, item, key=lambda other: other.kept.number)
        self._changed.set()

    def _land(self, flight: Flight) -> list[Item]:
        """Takes a message out; answers the predictions in it that are undecided."""
        self._flights.pop(flight.nonce, None)
        for item in flight.items:
            item.flight = None
        return list(flight.items)

    def _unfit(self, items: list[Item], message: str) -> None:
        if len(items) == 1:
            return self._refuse(items[0], message)
        for item in items:
            item.alone = True
        self._put_back(items)

    def _clock_corrected(self, failure: Failure, flight: Flight) -> bool:
        """Whether the time in the message was wrong and is right by now."""
        if failure.server_time is None:
            return False
        return flight.skew != self._signer.skew or self._signer.adjust(failure.server_time)

    def _pause(self, failure: Failure) -> None:
        growing = min(_LONGEST_PAUSE, 2.0 ** min(self._failures, 10))
        self._failures += 1
        wanted = failure.retry_after if failure.retry_after is not None else growing
        seconds = min(self._longest if failure.verdict == "blocked" else wanted, self._longest)
        self._paused_until = max(self._paused_until, self._loop.time() + seconds)

    def _shrink(self) -> None:
        self._batch_size = max(_SMALLEST_BATCH, self._batch_size // 2)


async def _first_of(event: asyncio.Event, seconds: float | None) -> None:
    """Waits until something changes, or the time is over."""
    waiting = asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait([waiting], timeout=seconds)
    finally:
        waiting.cancel()
