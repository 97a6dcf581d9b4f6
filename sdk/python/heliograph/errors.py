"""What a client raises."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .events import Confirmation


class HeliographError(Exception):
    """What all errors of this package are."""


class ClientClosed(HeliographError):
    """The client is closed, or not started."""


class PredictionRefused(HeliographError):
    """The validator does not take a prediction, and will not when it is sent again."""

    def __init__(self, prediction_id: str, message: str, confirmation: Confirmation | None = None) -> None:
        super().__init__(f"Prediction {prediction_id} was refused: {message}")
        self.prediction_id = prediction_id
        self.message = message
        self.confirmation = confirmation
        """The signed refusal; None where the validator refused the message that held the prediction."""


class ReceiptMismatch(HeliographError):
    """The validator signed that it accepted a prediction, but not with a receipt for what was sent."""

    def __init__(self, confirmation: Confirmation) -> None:
        super().__init__(f"Prediction {confirmation.prediction_id}: {confirmation.fault}")
        self.confirmation = confirmation


class ConnectionRefused(HeliographError):
    """The validator refuses this miner, and will go on doing so: the client has stopped trying."""

    def __init__(self, validator: str, code: str, message: str) -> None:
        super().__init__(message)
        self.validator = validator
        self.code = code


class NotRegistered(ConnectionRefused):
    """The validator does not know the hotkey."""


class Blacklisted(ConnectionRefused):
    """The validator has blacklisted the hotkey."""


class WrongKey(ConnectionRefused):
    """The key does not sign for the address that it names."""


class WrongValidator(ConnectionRefused):
    """Another validator than the expected one answers there."""


class Replaced(ConnectionRefused):
    """Another process has connected with the same hotkey."""

    def __init__(self, validator: str, hotkey: str) -> None:
        text = f"Another process has connected to {validator} with hotkey {hotkey}. "
        advice = "Two miners with one hotkey take turns in closing each other's connection: stop one of them."
        super().__init__(validator, "already_connected", text + advice)


def permanent_refusal(validator: str, hotkey: str, code: str, message: str) -> ConnectionRefused | None:
    """The error for a refusal that trying again does not change; None where it may change."""
    if code != "not_authorized":
        return None
    for words, kind, advice in _PERMANENT:
        if words in message:
            text = f"{validator} refuses hotkey {hotkey} ({message}). {advice.format(hotkey=hotkey)}"
            return kind(validator, code, text)
    return None


_PERMANENT: tuple[tuple[str, type[ConnectionRefused], str], ...] = (
    (
        "not registered",
        NotRegistered,
        "Register it with the subnet, or ask the validator's operator to (PUT /admin/miners/{hotkey}), and start again.",
    ),
    ("blacklisted", Blacklisted, "Only the validator's operator can lift that (PUT /admin/miners/{hotkey})."),
    (
        "another validator",
        WrongValidator,
        "It is not the validator that this miner knows under that URL. If its key was changed on purpose, name the new "
        "one: URL#HOTKEY.",
    ),
    ("bad signature", WrongKey, "The keypair's sign() must sign with the sr25519 key of its ss58_address."),
)
