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
from .envelope import Envelope, Json, Signer, Untrusted, open_envelope, parse_object, render, sha256
from .errors import (
    ClientClosed,
    ConnectionRefused,
    PredictionRefused,
    ReceiptMismatch,
    Replaced,
    WrongValidator,
    permanent_refusal,
)
from .events import Confirmation, GameUpdate, Hub, Problem, Refused, State
from .failures import Failure
from .http_way import HttpWay
from .keypair import MinerKey
from .receipts import is_receipt
from .session import End, Session
from .store import Shelf, Store
from .urls import ValidatorUrl

_logger = logging.getLogger("heliograph")

_STABLE = 30.0
"""Seconds that a connection holds before earlier failures are forgotten."""
_RESYNC_INTERVAL = 60.0
"""A re-synchronisation reconnects at once, but not more often than this."""
_MOST_ID = 128
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


@dataclass(frozen=True)
class _Plan:
    delay: float
    http: bool


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
        self.positions: dict[str, Json] = {}
        """Where this miner is in `games` and `confirmations`: each an `epoch` and an `offset`."""
        self.games: dict[str, Json] = {}
        """The current games by `game_id`."""
        self.state = "closed"
        self._hub = hub
        self._options = options
        self._shelf = Shelf(store, url.socket, self.signer.hotkey)
        self._hotkey: str | None = None  # the validator's, once it has signed with it
        self._named: str | None = None  # the one that its health names
        self._backoff = Backoff(options.reconnect_base, options.reconnect_max)
        self._http = HttpWay(self, url.http, options.reconnect_max, options.ssl)
        self._delivery = Delivery(self.signer, lambda: self.expected, self._refuse, options.reconnect_max)
        self._session: Session | None = None
        self._polling: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._keeping: dict[str, tuple[str, asyncio.Task[Item]]] = {}
        self._stopped: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._changed = asyncio.Event()
        self._reported = ""
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
            self.positions["confirmations"] = state["confirmations"]
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
        self._fail_waiters(ClientClosed("The client was closed; the prediction stays in the outbox"))
        await self._shelf.save(self._state())

    async def keep(self, prediction: Json) -> Item:
        """Takes a prediction; resolves once it is on disk, so that it is sent whatever happens."""
        prediction_id = prediction.get("prediction_id")
        if not isinstance(prediction_id, str) or not 0 < len(prediction_id) <= _MOST_ID:
            raise ValueError(f"prediction_id must be a text of 1 to {_MOST_ID} characters")
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
            task = self._spawn(self._keep(prediction_id, text))
            self._keeping[prediction_id] = (text, task)
        # Whoever waits may give up; the prediction is kept all the same.
        return await asyncio.shield(task)

    async def decision(self, item: Item) -> Confirmation:
        """Resolves with the validator's confirmation; raises PredictionRefused and whatever stops the link."""
        if self.failure is not None:
            raise self.failure
        waiter: asyncio.Future[Confirmation] = asyncio.get_running_loop().create_future()
        item.waiters.append(waiter)
        return await waiter

    async def learn_uid(self) -> int | str:
        """The miner's uid by the validator's registry, which a welcome tells."""
        while self.uid is None:
            if self.failure is not None:
                raise self.failure
            if self.state == "http":
                raise ValueError("miner_uid is missing, and only a WebSocket's welcome tells it: name uid=")
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

    def snapshot(self) -> GameUpdate | None:
        """The games as they are; None where none were told yet."""
        position = self.positions.get("games")
        if position is None:
            return None
        return GameUpdate(
            self.url.socket, list(self.games.values()), True, position["epoch"], position["offset"]
        )

    # What sessions and requests ask, and tell.

    @property
    def expected(self) -> str | None:
        """The validator's hotkey: the given one, else that which it showed first, else what its health names."""
        return self.url.hotkey or self._hotkey or self._named

    def recover(self) -> Json:
        """What the first frame asks for. A miner that knows no games asks from nowhere, and gets all current ones."""
        return {"games": {"epoch": "", "offset": 0}, **self.positions}

    def open(self, message: Json, text: str | None = None) -> Envelope:
        """Reads a signed message, and remembers the hotkey of the first."""
        envelope = open_envelope(message, self.expected, text)
        if self._hotkey != envelope.signer:
            self._hotkey = envelope.signer
            self._spawn(self._save())
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

    async def welcomed(self, envelope: Envelope, session: Session) -> None:
        data = envelope.data
        uid, recovered = data.get("uid"), data.get("recovered")
        recovered = recovered if isinstance(recovered, dict) else {}
        if isinstance(uid, (int, str)):
            self.uid = uid
        if recovered.get("games") is not True:
            self.positions.pop("games", None)
        if recovered.get("confirmations") is not True:
            channels = data.get("channels")
            offset = channels.get("confirmations") if isinstance(channels, dict) else None
            self._set_position("confirmations", _position({"epoch": data.get("epoch"), "offset": offset}))
        self._reported = ""
        self.signer.accepted()
        self._use_http(None)
        self._enter("authenticated", None)
        _logger.info("WebSocket connection established with validator %s, uid %s", self.url.socket, self.uid)
        self._delivery.use(session)
        self._spawn(self._save())

    def received(self, envelope: Envelope) -> None:
        if envelope.type == "confirmation":
            self._decided(envelope)
        elif envelope.type == "game_update":
            self._games_pushed(envelope.data)

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

    def games_answered(self, answer: Json) -> bool:
        """Takes the games of an HTTP answer. False: there was nothing new."""
        position, known = _position(answer), self.positions.get("games")
        same_epoch = position is not None and known is not None and known["epoch"] == position["epoch"]
        if position is None or (same_epoch and known is not None and position["offset"] <= known["offset"]):
            return False
        self._take_games(answer, position, not same_epoch or answer.get("recovered") is False)
        return True

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
            plan = self._plan(end)
            self._report(end, plan)
            self._enter("http" if self._polling else "waiting", plan.delay)
            await asyncio.sleep(plan.delay)

    async def _learn_validator(self) -> None:
        if self.expected is None:
            self._named = await self._http.validator()

    def _plan(self, end: End) -> _Plan:
        """When to connect again, and whether HTTP is to do meanwhile; raises what ends the attempts."""
        failure, longest = end.failure, self._options.reconnect_max
        code, message = (failure.code, failure.message) if failure else ("", end.detail)
        error = permanent_refusal(self.url.socket, self.signer.hotkey, code, message)
        if error is not None:
            raise error
        drawn = self._backoff.next()
        if code == "already_connected" or "Client already connected" in end.detail:
            if end.authenticated:
                advice = "Two miners with one hotkey take turns in closing each other's connection: stop one of them."
                text = f"Another process has connected to {self.url.socket} with hotkey {self.signer.hotkey}. {advice}"
                raise Replaced(self.url.socket, "already_connected", text)
            return _Plan(longest, http=True)
        if (
            failure is not None
            and failure.server_time is not None
            and self.signer.adjust(failure.server_time)
        ):
            return _Plan(0, http=False)
        if code == "not_authorized" or "Not authorized" in end.detail:
            return _Plan(longest, http=False)
        if self._resync_now():
            return _Plan(0, http=False)
        if failure is not None and failure.retry_after is not None:
            return _Plan(min(failure.retry_after, longest), http=code == "max_connections")
        blocked = end.cause in ("no_upgrade", "no_frames", "unwelcome") and code != "server_closing"
        return _Plan(drawn, http=blocked)

    def _resync_now(self) -> bool:
        wanted, self._resyncing = self._resyncing, False
        now = asyncio.get_running_loop().time()
        if not wanted or now - self._resynced_at < _RESYNC_INTERVAL:
            return False
        self._resynced_at = now
        return True

    def _report(self, end: End, plan: _Plan) -> None:
        """Says why there is no connection, once for each reason; and which way it goes meanwhile."""
        code = end.failure.code if end.failure else end.cause
        text = end.failure.message if end.failure else end.detail
        if code != self._reported:
            self._reported = code
            self.problem(code, f"{text}; trying again in {plan.delay:.1f} s")
        if plan.http and self._polling is None:
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

    # What arrives.

    def _decided(self, envelope: Envelope) -> None:
        data = envelope.data
        prediction_id, receipt = data.get("prediction_id"), data.get("receipt")
        if not isinstance(prediction_id, str):
            return self.problem("bad_message", "Ignored a confirmation without prediction_id")
        accepted = data.get("status") == "success"
        fault: str | None = None
        if accepted and not is_receipt(receipt):
            receipt, fault = None, "the confirmation has no receipt"
        item = self._delivery.settle(prediction_id)
        self._reported = ""
        if (
            item is not None
            and accepted
            and receipt is not None
            and receipt["hash"] != sha256(item.kept.text)
        ):
            fault = "the receipt is for other content than was sent"
        self._advance("confirmations", _position(data))
        kept = receipt if accepted and isinstance(receipt, dict) else None
        self._spawn(self._conclude(item, prediction_id, envelope, accepted, kept, fault))

    async def _conclude(
        self,
        item: Item | None,
        prediction_id: str,
        envelope: Envelope,
        accepted: bool,
        receipt: Json | None,
        fault: str | None,
    ) -> None:
        """Whoever is told of a receipt has it on disk. What was not waiting was decided on before."""
        data = envelope.data
        try:
            broken = await self._shelf.settle(prediction_id, self._state(), receipt, envelope.text)
        except sqlite3.Error as error:
            broken = None
            self.problem("outbox_failed", f"Cannot write to the store: {error}")
        for code, what in (("receipt_mismatch", fault), ("receipt_chain", broken)):
            if what is not None:
                self.problem(code, f"Prediction {prediction_id}: {what}")
        if item is None:
            return
        durability, at = data.get("durability"), item.at
        confirmation = Confirmation(
            validator=self.url.socket,
            prediction_id=prediction_id,
            accepted=accepted,
            message=str(data.get("message", "")),
            receipt=receipt,
            durability=durability if isinstance(durability, str) else None,
            duplicate=data.get("duplicate") is True,
            fault=fault or broken,
            latency=None if at is None else asyncio.get_running_loop().time() - at,
            data=data,
            signed=envelope.text,
        )
        self._hub.emit(confirmation)
        if accepted and fault is None:
            _tell(item, confirmation)
        elif accepted:
            _tell(item, ReceiptMismatch(confirmation))
        else:
            _tell(item, PredictionRefused(prediction_id, confirmation.message, confirmation))

    def _refuse(self, item: Item, message: str) -> None:
        """Gives up on a prediction that no message can carry."""
        prediction_id = item.kept.prediction_id
        self._delivery.settle(prediction_id)
        self._spawn(self._give_back(item, message))

    async def _give_back(self, item: Item, message: str) -> None:
        prediction_id = item.kept.prediction_id
        await self._shelf.settle(prediction_id)
        self._hub.emit(Refused(self.url.socket, prediction_id, message))
        _tell(item, PredictionRefused(prediction_id, message))

    def _games_pushed(self, data: Json) -> None:
        position, known = _position(data), self.positions.get("games")
        if position is None:
            return self.problem("bad_message", "Ignored a game_update without epoch and offset")
        same_epoch = known is not None and known["epoch"] == position["epoch"]
        step = position["offset"] - known["offset"] if known is not None and same_epoch else None
        if data.get("snapshot") is True:
            if step is None or step >= 0:
                self._take_games(data, position, True)
        elif known is None or step == 1:
            self._take_games(data, position, False)
        elif step is None or step > 1:
            self.problem("gap", f"Missed game updates between {known} and {position}; asking for them again")
            self._resyncing = True
            if self._session is not None:
                self._spawn(self._session.close())

    def _take_games(self, data: Json, position: Json, snapshot: bool) -> None:
        self.positions["games"] = position
        listed = data.get("games")
        games = [game for game in listed if isinstance(game, dict)] if isinstance(listed, list) else []
        if snapshot:
            self.games.clear()
        self.games.update((str(game.get("game_id")), game) for game in games)
        self._hub.emit(GameUpdate(self.url.socket, games, snapshot, position["epoch"], position["offset"]))

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
            await self._shelf.save(self._state())
        except sqlite3.Error as error:
            self.problem("outbox_failed", f"Cannot write to the store: {error}")

    def _state(self) -> Json:
        """The position in `games` is not kept: a new process knows no games, and asks for all."""
        return {"hotkey": self._hotkey, "uid": self.uid, "confirmations": self.positions.get("confirmations")}

    def _advance(self, channel: str, position: Json | None) -> None:
        """Forward, or into another epoch; never back."""
        known = self.positions.get(channel)
        if position is not None and (
            known is None or known["epoch"] != position["epoch"] or known["offset"] < position["offset"]
        ):
            self.positions[channel] = position

    def _set_position(self, channel: str, position: Json | None) -> None:
        self.positions.pop(channel, None)
        if position is not None:
            self.positions[channel] = position

    def _give_up(self, error: BaseException) -> None:
        self.failure = error
        self._fail_waiters(error)
        self._changed.set()

    def _fail_waiters(self, error: BaseException) -> None:
        for item in self._delivery.items.values():
            _tell(item, error)

    def _spawn(self, work: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._task_ended)
        return task

    def _task_ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        self._changed.set()
        if not task.cancelled() and task.exception() is not None:
            _logger.debug("A task failed", exc_info=task.exception())


def _tell(item: Item, outcome: Confirmation | BaseException) -> None:
    for waiter in item.waiters:
        if waiter.done():
            continue
        if isinstance(outcome, BaseException):
            waiter.set_exception(outcome)
        else:
            waiter.set_result(outcome)
    item.waiters.clear()


def _assert_same(prediction_id: str, one: str, two: str) -> None:
    if one != two:
        raise ValueError(f"A prediction {prediction_id} with other content is waiting already")


def _position(data: Json) -> Json | None:
    """The `epoch` and `offset` of a message, where it has both."""
    epoch, offset = data.get("epoch"), data.get("offset")
    if isinstance(epoch, str) and isinstance(offset, int) and not isinstance(offset, bool):
        return {"epoch": epoch, "offset": offset}
    return None
