"""A miner's client for one or many validators."""

from __future__ import annotations

import asyncio
import logging
import os
import ssl as tls
import uuid
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Any

from . import sr25519
from .address import decode_address
from .errors import ClientClosed, ConnectionRefused, HeliographError
from .events import Confirmation, Event, GameUpdate, Hub, Problem, Subscription
from .keypair import MinerKey
from .link import Link, Options
from .store import Store
from .urls import parse_url

_logger = logging.getLogger("heliograph")

_MOST_CONFIRMATIONS = 10_000
_MOST_GAME_UPDATES = 1_000


class MinerClient:
    """Sends predictions until each validator has confirmed or refused them, and follows their games.

    >>> async with MinerClient("ws://127.0.0.1:10401", wallet.hotkey) as client:
    ...     confirmation = await client.submit(prediction)

    Goes over a WebSocket, and over HTTP while none is to be had. What is submitted waits in `store`, a SQLite file, and
    outlives the process; receipts stay there. It stops at a refusal that will not change: `submit`, `idle` and the
    iterators then raise a `ConnectionRefused` that says what to do.

    `validators`: one URL or several, each `ws://`, `wss://`, `http://`, `https://` or `host:port`, with `#HOTKEY` where
    the validator's hotkey is known; else the first one that it shows is kept to. `keypair`: whatever has `ss58_address`
    and `sign(bytes)`. `uid`: for predictions without `miner_uid`, where no validator tells it. Intervals are in seconds.
    """

    def __init__(
        self,
        validators: str | Iterable[str],
        keypair: MinerKey,
        *,
        store: str | os.PathLike[str] = "miner.db",
        uid: int | str | None = None,
        websocket: bool = True,
        heartbeat_interval: float = 60.0,
        reconnect_base_interval: float = 5.0,
        reconnect_max_interval: float = 300.0,
        ssl: tls.SSLContext | None = None,
    ) -> None:
        urls = [parse_url(url) for url in ([validators] if isinstance(validators, str) else validators)]
        if not urls or len({url.socket for url in urls}) < len(urls):
            raise ValueError("Name at least one validator, and each once")
        decode_address(keypair.ss58_address)
        if min(heartbeat_interval, reconnect_base_interval, reconnect_max_interval) <= 0:
            raise ValueError("Intervals must be above 0")
        self.validators = [url.socket for url in urls]
        """Their URLs, as they stand in confirmations and events."""
        self._urls = urls
        self._keypair = keypair
        self._uid = uid
        self._store = Store(store)
        self._options = Options(
            websocket=websocket,
            heartbeat=heartbeat_interval,
            reconnect_base=reconnect_base_interval,
            reconnect_max=reconnect_max_interval,
            ssl=ssl,
        )
        self._hub = Hub()
        self._links: dict[str, Link] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._stopping: asyncio.Task[None] | None = None

    async def __aenter__(self) -> MinerClient:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Takes up what an earlier process left, and begins to connect."""
        if self._links:
            return
        if sr25519.backend() == "python":
            _logger.info(
                "Signatures are checked in Python; the package py-sr25519-bindings does it much faster"
            )
        await self._store.open()
        links = [Link(url, self._keypair, self._store, self._hub, self._options) for url in self._urls]
        for link in links:
            await link.load()
        self._links = {link.url.socket: link for link in links}
        for name, link in self._links.items():
            self._running[name] = asyncio.get_running_loop().create_task(self._run(link))

    async def stop(self) -> None:
        """Ends the connections. What is undecided stays in the store, and is sent by the next process."""
        if self._stopping is None:
            self._stopping = asyncio.get_running_loop().create_task(self._stop())
        await asyncio.shield(self._stopping)

    @property
    def uid(self) -> int | str | None:
        """The miner's uid: the given one, or by a validator's registry, once a welcome has told it."""
        known = (link.uid for link in self._links.values() if link.uid is not None)
        return self._uid if self._uid is not None else next(known, None)

    @property
    def waiting(self) -> int:
        """Predictions that are neither confirmed nor refused, counted for each validator."""
        return sum(link.waiting for link in self._links.values())

    @property
    def games(self) -> Subscription[GameUpdate]:
        """An iterator of games: first all that are current, then those that change."""
        return Subscription(self._hub, GameUpdate, _MOST_GAME_UPDATES, self._current_games)

    @property
    def confirmations(self) -> Subscription[Confirmation]:
        """An iterator of confirmations, refusals among them, from the moment that it is made."""
        return Subscription(self._hub, Confirmation, _MOST_CONFIRMATIONS, None)

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Calls `listener` with every event from now on; the answer stops that."""
        self._hub.listeners.append(listener)
        return lambda: self._hub.listeners.remove(listener)

    async def submit(self, prediction: Mapping[str, Any], *, validator: str | None = None) -> Confirmation:
        """Sends a prediction until it is confirmed, and answers its confirmation.

        Fills in `prediction_id` and `miner_uid` where they are missing. Raises PredictionRefused when a rule of the
        validator's refuses it. Where the caller gives up, by a timeout say, it is sent all the same. With several
        validators, `validator` names one of them; `submit_to_all` goes to each.
        """
        link = self._link(validator)
        item = await link.keep(await self._filled(prediction, link))
        return await link.decision(item)

    async def submit_to_all(
        self, prediction: Mapping[str, Any]
    ) -> dict[str, Confirmation | HeliographError | ValueError]:
        """Sends a prediction to every validator; answers what each of them came to, by its URL."""
        self._assert_running()
        named = {"prediction_id": str(uuid.uuid4()), **prediction}
        outcomes = await asyncio.gather(*map(lambda name: self._outcome(named, name), self._links))
        return dict(zip(self._links, outcomes))

    async def put(self, prediction: Mapping[str, Any]) -> str:
        """Takes a prediction for every validator; resolves with its id once it is on disk, so that it will be sent."""
        self._assert_running()
        prediction = {"prediction_id": str(uuid.uuid4()), **prediction}
        living = [link for link in self._links.values() if link.failure is None]
        if not living:
            raise self._hub.failure or ClientClosed("The client has stopped")
        work = (self._put(prediction, link) for link in living)
        errors = [error for error in await asyncio.gather(*work) if error is not None]
        if len(errors) == len(living):
            raise errors[0]
        return str(prediction["prediction_id"])

    async def idle(self) -> None:
        """Resolves when every prediction is confirmed or refused; then raises where a validator refuses the miner.

        The others have decided by then.
        """
        self._assert_running()
        outcomes = await asyncio.gather(
            *(link.idle() for link in self._links.values()), return_exceptions=True
        )
        for outcome in outcomes:
            if outcome is not None:
                raise outcome

    async def wait(self) -> None:
        """Resolves when the client is stopped; raises why, once every validator has refused the miner for good."""
        await self._hub.over.wait()
        if self._hub.failure is not None:
            raise self._hub.failure

    async def _put(self, prediction: Mapping[str, Any], link: Link) -> ConnectionRefused | None:
        """A validator that refuses the miner for good is answered: the others have the prediction all the same."""
        try:
            await link.keep(await self._filled(prediction, link))
        except ConnectionRefused as refusal:
            return refusal
        return None

    async def _outcome(
        self, prediction: Mapping[str, Any], name: str
    ) -> Confirmation | HeliographError | ValueError:
        try:
            return await self.submit(prediction, validator=name)
        except (HeliographError, ValueError) as error:
            return error

    def _link(self, validator: str | None) -> Link:
        self._assert_running()
        if validator is None:
            if len(self._links) > 1:
                raise TypeError("Name the validator, or use submit_to_all: this client has several")
            return next(iter(self._links.values()))
        name = validator if validator in self._links else parse_url(validator).socket
        if name not in self._links:
            raise ValueError(f"{validator} is none of this client's validators")
        return self._links[name]

    async def _filled(self, prediction: Mapping[str, Any], link: Link) -> dict[str, Any]:
        filled = dict(prediction)
        if filled.get("prediction_id") is None:
            filled["prediction_id"] = str(uuid.uuid4())
        if filled.get("miner_uid") is None:
            filled["miner_uid"] = self._uid if self._uid is not None else await link.learn_uid()
        return filled

    def _assert_running(self) -> None:
        if not self._links or self._stopping is not None:
            raise ClientClosed("The client is not started, or stopped")

    def _current_games(self) -> list[GameUpdate]:
        return [update for link in self._links.values() if (update := link.inbox.snapshot()) is not None]

    async def _run(self, link: Link) -> None:
        await link.run()
        if link.failure is not None:
            code = getattr(link.failure, "code", "internal_error")
            self._hub.emit(Problem(link.url.socket, code, str(link.failure)))
        if all(other.failure is not None for other in self._links.values()):
            self._hub.end(link.failure)

    async def _stop(self) -> None:
        for task in self._running.values():
            task.cancel()
        if self._running:
            await asyncio.wait(self._running.values())
        for link in self._links.values():
            await link.close()
        await self._store.close()
        if not self._hub.over.is_set():
            self._hub.end(None)
