"""What a validator says, once it is verified, however it arrived."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Coroutine
from typing import Any, Protocol

from .delivery import Delivery, Item
from .envelope import Envelope, Json, sha256
from .errors import PredictionRefused, ReceiptMismatch
from .events import Confirmation, GameUpdate, Hub, Refused
from .receipts import is_receipt
from .store import Shelf, is_id


class Host(Protocol):
    """What an inbox works for."""

    def kept_state(self) -> Json: ...
    def problem(self, code: str, message: str) -> None: ...
    def accepted(self) -> None: ...
    def missed(self) -> None: ...
    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]: ...


class Inbox:
    """Decisions on predictions and games of one validator, and how far they were told."""

    def __init__(self, host: Host, validator: str, hub: Hub, shelf: Shelf, delivery: Delivery) -> None:
        self._host = host
        self._validator = validator
        self._hub = hub
        self._shelf = shelf
        self._delivery = delivery
        self.positions: dict[str, Json] = {}
        """Where this miner is in `games` and `confirmations`: each an `epoch` and an `offset`."""
        self._games: dict[str, Json] = {}

    def recover(self) -> Json:
        """What the first frame asks for. A miner that knows no games asks from nowhere, and gets all current ones."""
        return {"games": {"epoch": "", "offset": 0}, **self.positions}

    def snapshot(self) -> GameUpdate | None:
        """The games as they are; None where none were told yet."""
        position = self.positions.get("games")
        if position is None:
            return None
        games = list(self._games.values())
        return GameUpdate(self._validator, games, True, position["epoch"], position["offset"])

    def welcomed(self, data: Json) -> None:
        """Takes from the welcome where channels begin that could not be recovered."""
        recovered, channels = data.get("recovered"), data.get("channels")
        if not _says(recovered, "games"):
            # The games themselves follow in a snapshot, which has the position.
            self.positions.pop("games", None)
        if not _says(recovered, "confirmations"):
            offset = channels.get("confirmations") if isinstance(channels, dict) else None
            position = _position({"epoch": data.get("epoch"), "offset": offset})
            self.positions.pop("confirmations", None)
            if position is not None:
                self.positions["confirmations"] = position
        self._host.accepted()

    def received(self, envelope: Envelope) -> None:
        if envelope.type == "confirmation":
            self._decided(envelope)
        elif envelope.type == "game_update":
            self._games_pushed(envelope.data)

    def games_answered(self, answer: Json) -> bool:
        """Takes the games of an HTTP answer. False: there was nothing new."""
        position = _position(answer)
        step = self._step(position)
        if position is None or (step is not None and step <= 0):
            return False
        self._take_games(answer, position, step is None or answer.get("recovered") is False)
        return True

    def refuse(self, item: Item, message: str) -> None:
        """Gives up on a prediction that no message can carry."""
        self._delivery.settle(item.kept.prediction_id)
        self._host.spawn(self._give_back(item, message))

    def _decided(self, envelope: Envelope) -> None:
        data = envelope.data
        prediction_id = data.get("prediction_id")
        if not isinstance(prediction_id, str) or not is_id(prediction_id):
            return self._host.problem("bad_message", "Ignored a confirmation without a proper prediction_id")
        item = self._delivery.settle(prediction_id)
        self._host.accepted()
        self._advance("confirmations", _position(data))
        accepted = data.get("status") == "success"
        receipt = data["receipt"] if accepted and is_receipt(data.get("receipt")) else None
        fault = _fault(receipt, item) if accepted else None
        self._host.spawn(self._conclude(item, prediction_id, envelope, accepted, receipt, fault))

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
            broken = await self._shelf.settle(prediction_id, self._host.kept_state(), receipt, envelope.text)
        except sqlite3.Error as error:
            broken = None
            self._host.problem("outbox_failed", f"Cannot write to the store: {error}")
        for code, what in (("receipt_mismatch", fault), ("receipt_chain", broken)):
            if what is not None:
                self._host.problem(code, f"Prediction {prediction_id}: {what}")
        if item is None:
            return
        durability, at = data.get("durability"), item.at
        confirmation = Confirmation(
            validator=self._validator,
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
            item.tell(confirmation)
        elif accepted:
            item.tell(ReceiptMismatch(confirmation))
        else:
            item.tell(PredictionRefused(prediction_id, confirmation.message, confirmation))

    async def _give_back(self, item: Item, message: str) -> None:
        prediction_id = item.kept.prediction_id
        try:
            await self._shelf.settle(prediction_id)
        except sqlite3.Error as error:
            self._host.problem("outbox_failed", f"Cannot write to the store: {error}")
        self._hub.emit(Refused(self._validator, prediction_id, message))
        item.tell(PredictionRefused(prediction_id, message))

    def _games_pushed(self, data: Json) -> None:
        position = _position(data)
        if position is None:
            return self._host.problem("bad_message", "Ignored a game_update without epoch and offset")
        step = self._step(position)
        if data.get("snapshot") is True:
            if step is None or step >= 0:
                self._take_games(data, position, True)
        elif "games" not in self.positions or step == 1:
            self._take_games(data, position, False)
        elif step is None or step > 1:
            known = self.positions["games"]
            places = [f"{place['epoch']}:{place['offset']}" for place in (known, position)]
            message = f"Missed game updates between {places[0]} and {places[1]}; asking for them again"
            self._host.problem("gap", message)
            self._host.missed()

    def _step(self, position: Json | None) -> int | None:
        """How far beyond the games that are known; None where that is in another epoch, or nothing is known."""
        known = self.positions.get("games")
        if position is None or known is None or known["epoch"] != position["epoch"]:
            return None
        step: int = position["offset"] - known["offset"]
        return step

    def _take_games(self, data: Json, position: Json, snapshot: bool) -> None:
        self.positions["games"] = position
        listed = data.get("games")
        games = [game for game in listed if isinstance(game, dict)] if isinstance(listed, list) else []
        if snapshot:
            self._games.clear()
        self._games.update((str(game.get("game_id")), game) for game in games)
        self._hub.emit(GameUpdate(self._validator, games, snapshot, position["epoch"], position["offset"]))

    def _advance(self, channel: str, position: Json | None) -> None:
        """Forward, or into another epoch; never back."""
        known = self.positions.get(channel)
        if position is not None and (
            known is None or known["epoch"] != position["epoch"] or known["offset"] < position["offset"]
        ):
            self.positions[channel] = position


def _fault(receipt: Json | None, item: Item | None) -> str | None:
    if receipt is None:
        return "the confirmation has no receipt"
    if item is not None and receipt["hash"] != sha256(item.kept.text):
        return "the receipt is for other content than was sent"
    return None


def _says(recovered: Any, channel: str) -> bool:
    return isinstance(recovered, dict) and recovered.get(channel) is True


def _position(data: Json) -> Json | None:
    """The `epoch` and `offset` of a message, where it has both."""
    epoch, offset = data.get("epoch"), data.get("offset")
    if isinstance(epoch, str) and isinstance(offset, int) and not isinstance(offset, bool):
        return {"epoch": epoch, "offset": offset}
    return None
