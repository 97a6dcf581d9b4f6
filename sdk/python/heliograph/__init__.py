"""The miner's side of a Heliograph gateway: predictions in, signed receipts out.

>>> from heliograph import MinerClient
>>> async with MinerClient("ws://127.0.0.1:10401", wallet.hotkey) as client:
...     confirmation = await client.submit(prediction)
"""

from .client import MinerClient
from .errors import (
    Blacklisted,
    ClientClosed,
    ConnectionRefused,
    HeliographError,
    NotRegistered,
    PredictionRefused,
    ReceiptMismatch,
    Replaced,
    WrongKey,
    WrongValidator,
)
from .events import Confirmation, Event, GameUpdate, Problem, Refused, State
from .keypair import Keypair, MinerKey
from .predictions import prediction_on
from .receipts import Finding, ReceiptAudit, Report
from .run import run

__version__ = "0.1.0"

__all__ = [
    "Blacklisted",
    "ClientClosed",
    "Confirmation",
    "ConnectionRefused",
    "Event",
    "Finding",
    "GameUpdate",
    "HeliographError",
    "Keypair",
    "MinerClient",
    "MinerKey",
    "NotRegistered",
    "PredictionRefused",
    "Problem",
    "ReceiptAudit",
    "ReceiptMismatch",
    "Refused",
    "Replaced",
    "Report",
    "State",
    "WrongKey",
    "WrongValidator",
    "prediction_on",
    "run",
]
