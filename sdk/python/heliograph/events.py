"""What a client tells about."""

from __future__ import annotations

import asyncio
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

Json = dict[str, Any]


@dataclass(frozen=True)
class Confirmation:
    """A validator's signed decision on a prediction; its signature was checked."""

    validator: str
    """The URL of the validator."""
    prediction_id: str
    accepted: bool
    message: str
    receipt: Mapping[str, Any] | None
    """What the validator vouches for; None for a refusal."""
    durability: str | None
    """What the store had done before this was said: `memory`, `disk` or `replicated`."""
    duplicate: bool
    """The validator had the prediction before, and gave its first receipt again."""
    fault: str | None
    """What is wrong with the receipt although it is signed; None: nothing."""
    latency: float | None
    """Seconds from submission to now; None where an earlier process submitted it."""
    data: Mapping[str, Any] = field(repr=False)
    """All that the validator said."""
    signed: str = field(repr=False)
    """The signed message as received, which proves it to others."""


@dataclass(frozen=True)
class GameUpdate:
    """Games that changed, or, with `snapshot`, all that are current."""

    validator: str
    games: list[Json]
    snapshot: bool
    epoch: str | None
    offset: int | None


@dataclass(frozen=True)
class Refused:
    """A prediction that no message can carry was given up, or refused without a signature."""

    validator: str
    prediction_id: str
    message: str


@dataclass(frozen=True)
class State:
    """How a client stands with a validator has changed."""

    validator: str
    state: str
    """`connecting`, `authenticated`, `http`, `waiting` (nothing gets through until the next attempt), `closed`."""
    attempt: int
    delay: float | None
    """Seconds until the next attempt at a WebSocket, where one is due."""
    uid: int | str | None


@dataclass(frozen=True)
class Problem:
    """Something to know about went wrong; the client goes on."""

    validator: str
    code: str
    message: str


Event = Confirmation | GameUpdate | Refused | State | Problem
_E = TypeVar("_E", Confirmation, GameUpdate, Refused, State, Problem)


class Subscription(Generic[_E]):
    """Events from the moment it was made on, for `async for`. Ends when the client stops; raises why, if refused."""

    def __init__(
        self, hub: Hub, kind: type[_E], most: int, collapse: Callable[[], Iterable[_E]] | None
    ) -> None:
        self._hub = hub
        self._kind: type[_E] = kind
        self._most = most
        self._collapse: Callable[[], Iterable[_E]] | None = collapse
        self._queue: deque[_E] = deque(collapse() if collapse else ())
        self._news = asyncio.Event()
        hub.subscriptions.add(self)

    def offer(self, event: Event) -> None:
        if isinstance(event, self._kind):
            self._queue.append(event)
            if len(self._queue) > self._most:
                self._shrink()
            self._news.set()

    def wake(self) -> None:
        self._news.set()

    def close(self) -> None:
        """Stops gathering events that nobody will read."""
        self._hub.subscriptions.discard(self)

    def __aiter__(self) -> Subscription[_E]:
        return self

    async def __anext__(self) -> _E:
        while not self._queue:
            if self._hub.over.is_set():
                self.close()
                if self._hub.failure is not None:
                    raise self._hub.failure
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        return self._queue.popleft()

    def _shrink(self) -> None:
        """Whoever does not read holds no memory without bound: the oldest goes, or all gives way to what is now."""
        if self._collapse is None:
            self._queue.popleft()
        else:
            self._queue = deque(self._collapse())


class Hub:
    """Hands events to whoever wants them."""

    def __init__(self) -> None:
        # One that nobody holds any more gathers nothing.
        self.subscriptions: weakref.WeakSet[Subscription[Any]] = weakref.WeakSet()
        self.listeners: list[Callable[[Event], None]] = []
        self.over = asyncio.Event()
        self.failure: BaseException | None = None

    def emit(self, event: Event) -> None:
        for subscription in tuple(self.subscriptions):
            subscription.offer(event)
        for listener in tuple(self.listeners):
            listener(event)

    def end(self, failure: BaseException | None) -> None:
        self.failure = failure
        self.over.set()
        for subscription in tuple(self.subscriptions):
            subscription.wake()
