"""A miner's side towards one validator: a WebSocket that comes back, HTTP while there is none, and what arrives."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import ssl
from dataclasses import dataclass
from typing import Any

from .backoff import Backoff
from .delivery import Delivery, Item
from .envelope import Envelope, Json, Signer, Untrusted, open_envelope, parse_object, render
from .errors import (
    ClientClosed,
    ConnectionRefused,
    Replaced,
    WrongValidator,
    permanent_refusal,
)
from .events import Confirmation, Hub, Problem, State
from .failures import Failure
from .http_way import HttpWay
from .inbox import Inbox
from .keypair import MinerKey
from .reconnect import is_replaced, plan_reconnect
from .session import End, Session
from .store import Shelf, Store, is_id
from .urls import ValidatorUrl

_logger = logging.getLogger("heliograph")

_STABLE = 30.0
"""Seconds that a connection holds before earlier failures are forgotten."""
_RESYNC_INTERVAL = 60.0
"""A re-synchronisation reconnects at once, but not more often than this."""
_TOO_LARGE = 1009
"""WebSocket close code for a message beyond the receiver's limit."""


@dataclass(frozen=True)
class Options:
    """What all links of a client share. Times are in seconds."""

    websocket: bool = True
    heartbeat: float = 60.0
    reconnect_base: float = 5.0
    reconnect_max: float = 300.0
    ssl: ssl.SSLContext | None = None


class Link:
    """One validator."""

    def __init__(
        self, url: ValidatorUrl, keypair: MinerKey, store: Store, hub: Hub, options: Options
    ) -> None:
        self.url = url
        self.signer = Signer(keypair)
        self.uid: int | str | None = None
        self.failure: BaseException | None = None
        """Why this link has stopped for good."""
        self.state = "closed"
        self._hub = hub
        self._options = options
        self._shelf = Shelf(store, url.socket, self.signer.hotkey)
        self._hotkey: str | None = None  # the validator's, once it has signed with it
        self._named: str | None = None  # the one that its health names
        self._backoff = Backoff(options.reconnect_base, options.reconnect_max)
        self._http = HttpWay(self, url.http, options.reconnect_max, options.ssl)
        self._delivery = Delivery(
            self.signer,
            lambda: self.expected,
            lambda item, message: self.inbox.refuse(item, message),
            options.reconnect_max,
        )
        self.inbox: Inbox = Inbox(self, url.socket, hub, self._shelf, self._delivery)
        self._session: Session | None = None
        self._polling: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._keeping: dict[str, tuple[str, asyncio.Task[Item]]] = {}
        self._stopped: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # It may be told once nobody listens any more.
        self._stopped.add_done_callback(lambda future: future.cancelled() or future.exception())
        self._changed = asyncio.Event()
        self._reported = ""
        self._untold = False
        self._resyncing = False
        self._resynced_at = -_RESYNC_INTERVAL

    # What the client asks.

    @property
    def waiting(self) -> int:
        """Predictions that are neither confirmed nor refused."""
        return len(self._delivery.items) + len(self._keeping)

    async def load(self) -> None:
        """Takes up what an earlier process left."""
        state = await self._shelf.state()
        self._hotkey, self.uid = state.get("hotkey"), state.get("uid")
        if state.get("confirmations"):
            self.inbox.positions["confirmations"] = state["confirmations"]
        for kept in await self._shelf.waiting():
            self._delivery.add(Item(kept, None))

    async def run(self) -> None:
        """Works until it is cancelled, or the validator refuses for good: then `failure` says why."""
        loop = asyncio.get_running_loop()
        work = [loop.create_task(self._delivery.run()), loop.create_task(self._connect_forever())]
        try:
            done, _ = await asyncio.wait([*work, self._stopped], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except ConnectionRefused as error:
            _logger.error("%s", error)
            self._give_up(error)
        except Exception as error:
            _logger.exception("The client for %s has stopped", self.url.socket)
            self._give_up(error)
        finally:
            self._use_http(None)
            for task in work:
                task.cancel()
            await asyncio.wait(work)
            self._enter("closed", None)

    async def close(self) -> None:
        """After `run`: waits for what is being written, and tells whoever waits for a decision."""
        pending = [task for _, task in self._keeping.values()]
        if pending:
            await asyncio.wait(pending)
        while self._tasks:
            await asyncio.wait(self._tasks)
        if self.failure is None:
            self._give_up(ClientClosed("The client was stopped; what is undecided stays in the store"))
        await self._save()

    async def keep(self, prediction: Json) -> Item:
        """Takes a prediction; resolves once it is on disk, so that it is sent whatever happens."""
        prediction_id = prediction.get("prediction_id")
        if not isinstance(prediction_id, str) or not is_id(prediction_id):
            raise ValueError("prediction_id must be a text of 1 to 128 characters")
        if self.failure is not None:
            raise self.failure
        text = render(prediction)
        parse_object(text)
        waiting = self._delivery.items.get(prediction_id)
        if waiting is not None:
            _assert_same(prediction_id, waiting.kept.text, text)
            return waiting
        if prediction_id in self._keeping:
            before, task = self._keeping[prediction_id]
            _assert_same(prediction_id, before, text)
        else:
            task = self.spawn(self._keep(prediction_id, text))
            self._keeping[prediction_id] = (text, task)
        # Whoever waits may give up; the prediction is kept all the same.
        return await asyncio.shield(task)

    async def decision(self, item: Item) -> Confirmation:
        """Resolves with the validator's confirmation; raises PredictionRefused and whatever stops the link."""
        if self.failure is not None:
            raise self.failure
        return await item.decision()

    async def learn_uid(self) -> int | str:
        """The miner's uid by the validator's registry, which a welcome tells, or over HTTP an answer."""
        while self.uid is None:
            if self.failure is not None:
                raise self.failure
            if self._untold and self.state == "http":
                raise ValueError("miner_uid is missing, and the validator does not tell it over HTTP: name uid=")
            self._changed.clear()
            await self._changed.wait()
        return self.uid

    async def idle(self) -> None:
        """Resolves when every prediction is decided; raises why where that will not be."""
        while self.waiting or self._tasks:
            if self.failure is not None:
                raise self.failure
            self._changed.clear()
            await self._changed.wait()

    # What sessions and requests ask, and tell.

    @property
    def expected(self) -> str | None:
        """The validator's hotkey: the given one, else that which it showed first, else what its health names."""
        return self.url.hotkey or self._hotkey or self._named

    def open(self, message: Json, text: str | None = None) -> Envelope:
        """Reads a signed message, and remembers the hotkey of the first."""
        envelope = open_envelope(message, self.expected, text)
        if self._hotkey != envelope.signer:
            self._hotkey = envelope.signer
            self.spawn(self._save())
        return envelope

    def problem(self, code: str, message: str) -> None:
        _logger.warning("%s: %s", self.url.socket, message)
        self._hub.emit(Problem(self.url.socket, code, message))

    def impostor(self, error: Untrusted) -> None:
        """A welcome is signed, but not by the validator that was expected."""
        known = self.url.hotkey or self._hotkey
        if known is None:
            self._named = None  # its health named another, which nobody has signed for
            return
        raise WrongValidator(
            self.url.socket,
            "wrong_sender",
            f"{self.url.socket} signs as {error.signer}, and this miner knows it as {known}. If its key was changed on "
            f"purpose, name the new one: {self.url.socket}#{error.signer}",
        )

    def identified(self, uid: object) -> None:
        """The validator's answer over HTTP says who the miner is; an older one does not."""
        if isinstance(uid, (int, str)):
            self.uid = uid
        self._untold = self.uid is None
        self._changed.set()

    def welcomed(self, envelope: Envelope, session: Session) -> None:
        uid = envelope.data.get("uid")
        if isinstance(uid, (int, str)):
            self.uid = uid
        self.inbox.welcomed(envelope.data)
        self.signer.accepted()
        self._use_http(None)
        self._enter("authenticated", None)
        _logger.info("WebSocket connection established with validator %s, uid %s", self.url.socket, self.uid)
        self._delivery.use(session)
        self.spawn(self._save())

    def accepted(self) -> None:
        """Something got through, so that the next refusal is news."""
        self._reported = ""

    def missed(self) -> None:
        """Connects anew, so that the validator sends what is missing."""
        if not self._resyncing and self._session is not None:
            self._resyncing = True
            self.spawn(self._session.close())

    def failed(self, failure: Failure) -> None:
        """A message was not taken."""
        error = permanent_refusal(self.url.socket, self.signer.hotkey, failure.code, failure.message)
        if error is not None and not self._stopped.done():
            self._stopped.set_exception(error)
            return
        self._delivery.fail(failure)
        # Once, until something gets through or another refusal comes.
        if failure.code != self._reported:
            self._reported = failure.code
            self.problem(failure.code, failure.message)

    # Connecting.

    async def _connect_forever(self) -> None:
        if not self._options.websocket:
            self._use_http("WebSockets are switched off")
            await self._learn_validator()
            await asyncio.Event().wait()
        while True:
            if self._polling is None:
                self._enter("connecting", None)
            await self._learn_validator()
            session = self._session = Session(
                self, self.url.socket, self._options.heartbeat, self._options.ssl
            )
            began = asyncio.get_running_loop().time()
            end = await session.run()
            self._session = None
            if end.code == _TOO_LARGE:
                self._delivery.too_large()
            self._delivery.lost(session)
            if end.authenticated and asyncio.get_running_loop().time() - began >= _STABLE:
                self._backoff.reset()
            delay, http = self._plan(end)
            self._report(end, delay, http)
            self._enter("http" if self._polling else "waiting", delay)
            await asyncio.sleep(delay)

    async def _learn_validator(self) -> None:
        if self.expected is None:
            self._named = await self._http.validator()

    def _plan(self, end: End) -> tuple[float, bool]:
        """Seconds until the next attempt, and whether HTTP does meanwhile; raises what ends the attempts."""
        url, hotkey, failure = self.url.socket, self.signer.hotkey, end.failure
        code, message = (failure.code, failure.message) if failure else ("", end.detail)
        error = permanent_refusal(url, hotkey, code, message)
        if error is not None:
            raise error
        if is_replaced(end):
            raise Replaced(url, hotkey)
        server_time = None if failure is None else failure.server_time
        if server_time is not None and self.signer.adjust(server_time):
            return 0, False
        if self._resync_now():
            return 0, False
        plan, drawn = plan_reconnect(end), self._backoff.next()
        if plan.delay == "backoff":
            return drawn, plan.http
        longest = self._options.reconnect_max
        return (longest if plan.delay == "longest" else min(plan.delay, longest)), plan.http

    def _resync_now(self) -> bool:
        wanted, self._resyncing = self._resyncing, False
        now = asyncio.get_running_loop().time()
        if not wanted or now - self._resynced_at < _RESYNC_INTERVAL:
            return False
        self._resynced_at = now
        return True

    def _report(self, end: End, delay: float, http: bool) -> None:
        """Says why there is no connection, once for each reason; and which way it goes meanwhile."""
        code = end.failure.code if end.failure else end.cause
        text = end.failure.message if end.failure else end.detail
        if code != self._reported:
            self._reported = code
            self.problem(code, f"{text}; trying again in {delay:.1f} s")
        if http and self._polling is None:
            self._use_http(text)

    def _use_http(self, reason: str | None) -> None:
        """Has HTTP do what the WebSocket should, for a reason; None: no longer."""
        if reason is None and self._polling is not None:
            self._polling.cancel()
            self._polling = None
            self._delivery.lost(self._http)
            _logger.info("No longer over HTTP: %s", self.url.socket)
        elif reason is not None and self._polling is None:
            _logger.info("Over HTTP for the time being, %s: %s", self.url.http, reason)
            self._polling = asyncio.get_running_loop().create_task(self._http.poll())
            self._polling.add_done_callback(self._polling_ended)
            self._delivery.use(self._http)
            self._enter("http", None)

    def _polling_ended(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None and not self._stopped.done():
            self._stopped.set_exception(error)

    def _enter(self, state: str, delay: float | None) -> None:
        self.state = state
        self._hub.emit(State(self.url.socket, state, self._backoff.attempt, delay, self.uid))
        self._changed.set()

    # What is kept.

    async def _keep(self, prediction_id: str, text: str) -> Item:
        try:
            kept = await self._shelf.add(prediction_id, text)
            item = Item(kept, asyncio.get_running_loop().time())
            self._delivery.add(item)
            return item
        finally:
            del self._keeping[prediction_id]

    async def _save(self) -> None:
        try:
            await self._shelf.save(self.kept_state())
        except sqlite3.Error as error:
            self.problem("outbox_failed", f"Cannot write to the store: {error}")

    def kept_state(self) -> Json:
        """The position in `games` is not kept: a new process knows no games, and asks for all."""
        return {
            "hotkey": self._hotkey,
            "uid": self.uid,
            "confirmations": self.inbox.positions.get("confirmations"),
        }

    def _give_up(self, error: BaseException) -> None:
        """Nobody waits any more."""
        self.failure = error
        for item in self._delivery.items.values():
            item.tell(error)
        self._changed.set()

    def spawn(self, work: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._task_ended)
        return task

    def _task_ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        self._changed.set()
        if not task.cancelled() and task.exception() is not None:
            _logger.debug("A task failed", exc_info=task.exception())


def _assert_same(prediction_id: str, one: str, two: str) -> None:
    if one != two:
        raise ValueError(f"A prediction {prediction_id} with other content is waiting already")
