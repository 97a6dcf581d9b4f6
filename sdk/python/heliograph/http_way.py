"""HTTP in the place of a WebSocket: predictions are posted, and what a WebSocket would bring is asked for."""

from __future__ import annotations

import asyncio
import logging
import ssl
from typing import Protocol
from urllib.parse import urlencode

from .backoff import Backoff
from .envelope import Envelope, Json, Signer, Unreadable, Untrusted, parse_object
from .failures import Failure, read_http_error
from .http import Answer, HttpFailed, request
from .inbox import Inbox

_logger = logging.getLogger("heliograph")

_TIMEOUT = 30.0
_GAMES_WAIT = 30
"""Seconds that the validator holds a request for games."""
_LEAST_PAUSE = 1.0
"""Between answers without news, should a validator not hold requests."""
_CONFIRMATIONS_INTERVAL = 30.0
"""Between looks for confirmations that were missed."""


class Host(Protocol):
    """What works over HTTP."""

    signer: Signer
    inbox: Inbox
    uid: int | str | None

    @property
    def waiting(self) -> int: ...
    def identified(self, uid: object) -> None: ...
    def open(self, message: Json, text: str | None = None) -> Envelope: ...
    def problem(self, code: str, message: str) -> None: ...
    def failed(self, failure: Failure) -> None: ...


class HttpWay:
    """Requests to one validator."""

    name = "HTTP"

    def __init__(self, host: Host, base: str, longest: float, context: ssl.SSLContext | None) -> None:
        self._host = host
        self._base = base
        self._context = context
        self._backoff = Backoff(1, longest)

    async def validator(self) -> str | None:
        """The hotkey that the validator's health names; None where it cannot be asked, or names none."""
        try:
            answer = await request(f"{self._base}/ws/health", timeout=5, context=self._context)
            named = parse_object(answer.text).get("validator")
        except (HttpFailed, Unreadable):
            return None
        return named if isinstance(named, str) else None

    async def post(self, nonce: str, frame: str) -> None:
        try:
            answer = await self._request("/api/v1/predictions", method="POST", body=frame)
        except HttpFailed as error:
            self._host.failed(Failure("unreachable", f"Cannot send over HTTP: {error}", "later", nonce))
            return
        if not await self._accept(answer):
            self._host.failed(read_http_error(answer, nonce))

    async def poll(self) -> None:
        """Asks for games and for missed confirmations, until it is cancelled."""
        await asyncio.gather(self._poll_games(), self._poll_confirmations())

    async def _accept(self, answer: Answer) -> bool:
        """Takes the signed confirmations of an answer. False: it holds none."""
        try:
            body = parse_object(answer.text)
        except Unreadable:
            return False
        confirmations = [body] if body.get("type") == "confirmation" else body.get("confirmations")
        if not isinstance(confirmations, list):
            return False
        for confirmation in confirmations:
            if not isinstance(confirmation, dict):
                continue
            try:
                self._host.inbox.received(self._host.open(confirmation))
            except Untrusted as error:
                self._host.problem(error.code, str(error))
            except Unreadable as error:
                self._host.problem("bad_message", f"Ignored a message of the validator: {error}")
            # Verifying in Python takes milliseconds: others get their turn in between.
            await asyncio.sleep(0)
        return True

    async def _poll_games(self) -> None:
        while True:
            known = self._host.inbox.positions.get("games")
            query = known and {"since": known["offset"], "epoch": known["epoch"], "wait": _GAMES_WAIT}
            try:
                answer = await self._request("/api/v1/games", query, timeout=_GAMES_WAIT + 15)
                if answer.status != 200:
                    raise HttpFailed(read_http_error(answer).message)
                news = self._host.inbox.games_answered(parse_object(answer.text))
                self._backoff.reset()
                await asyncio.sleep(0 if news else _LEAST_PAUSE)
            except (HttpFailed, Unreadable) as error:
                if self._backoff.attempt == 0:
                    self._host.problem("games_unavailable", f"Cannot get games: {error}")
                await asyncio.sleep(max(_LEAST_PAUSE, self._backoff.next()))

    async def _poll_confirmations(self) -> None:
        while True:
            if self._host.waiting or self._host.uid is None:
                await self._fetch_confirmations()
            await asyncio.sleep(_CONFIRMATIONS_INTERVAL)

    async def _fetch_confirmations(self) -> None:
        known = self._host.inbox.positions.get("confirmations") or {"offset": 0}
        query: Json = {"hotkey": self._host.signer.hotkey, "since": known["offset"]}
        if "epoch" in known:
            query["epoch"] = known["epoch"]
        try:
            headers = self._host.signer.headers()
            answer = await self._request("/api/v1/confirmations", query, headers=headers)
            if answer.status in (401, 403) and self._host.uid is None:
                self._host.failed(read_http_error(answer))
                return
            if answer.status == 200 and self._host.uid is None:
                self._host.identified(parse_object(answer.text).get("uid"))
            await self._accept(answer)
        except (HttpFailed, Unreadable) as error:
            # Nothing is lost by it: what stays unconfirmed is sent again.
            _logger.debug("Cannot get confirmations: %s", error)

    async def _request(
        self,
        path: str,
        query: Json | None = None,
        *,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        body: str | None = None,
        timeout: float = _TIMEOUT,
    ) -> Answer:
        url = f"{self._base}{path}" + (f"?{urlencode(query)}" if query else "")
        return await request(
            url, method=method, headers=headers, body=body, timeout=timeout, context=self._context
        )
