"""One WebSocket to a validator, from the attempt to connect until its end."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import websockets
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from .envelope import Envelope, Json, Signer, Unreadable, Untrusted, parse_object
from .failures import ENDS_CONNECTION, Failure, read_error_frame
from .inbox import Inbox

_HANDSHAKE_TIMEOUT = 5.0
"""How long the upgrade, and then the welcome, may take."""
_CLOSE_TIMEOUT = 2.0
_LARGEST_FRAME = 64 * 1024 * 1024
_DEAD_AFTER = 2.5
"""Intervals without a sign of life after which the other side counts as gone."""

Cause = Literal["unreachable", "no_upgrade", "no_frames", "unwelcome", "dead", "closed"]


@dataclass(frozen=True)
class End:
    """How a session ended, and all that is known about it."""

    cause: Cause
    authenticated: bool
    detail: str
    code: int | None = None
    failure: Failure | None = None
    """The error frame that announced the end."""


class Host(Protocol):
    """What a session works for."""

    signer: Signer
    inbox: Inbox

    @property
    def expected(self) -> str | None: ...
    def open(self, message: Json, text: str) -> Envelope: ...
    def problem(self, code: str, message: str) -> None: ...
    def impostor(self, error: Untrusted) -> None: ...
    def welcomed(self, envelope: Envelope, session: Session) -> None: ...
    def failed(self, failure: Failure) -> None: ...


class Session:
    """Connects, authenticates, listens, and keeps the connection alive."""

    name = "WebSocket"

    def __init__(self, host: Host, url: str, heartbeat: float, context: ssl.SSLContext | None) -> None:
        self._host = host
        self._url = url
        self._heartbeat = heartbeat
        self._context = context
        self._loop = asyncio.get_running_loop()
        self._socket: Any = None  # of websockets' older or newer generation, which have no common type
        self._sent_at = self._received_at = self._loop.time()
        self._authenticated = False
        self._heard = False
        self._dead = False
        self._failure: Failure | None = None

    async def run(self) -> End:
        """Ends with the connection."""
        end = await self._connect()
        if end is not None:
            return end
        tasks = [self._loop.create_task(self._welcome_in_time()), self._loop.create_task(self._keep_alive())]
        try:
            host = self._host
            await self._send(host.signer.authentication(host.inbox.recover(), host.expected).frame)
            while True:
                text = await self._socket.recv()
                self._received_at, self._heard = self._loop.time(), True
                await self._take(text if isinstance(text, str) else text.decode(errors="replace"))
                # Verifying in Python takes milliseconds: others get their turn between messages.
                await asyncio.sleep(0)
        except ConnectionClosed as closed:
            return self._ended(closed)
        finally:
            for task in tasks:
                task.cancel()
            await self.close()

    async def post(self, nonce: str, frame: str) -> None:
        """Sends a message; where that fails, the end of the session says so."""
        try:
            await self._send(frame)
        except ConnectionClosed:
            pass

    async def close(self) -> None:
        if self._socket is not None:
            await self._socket.close()

    async def _connect(self) -> End | None:
        # Of wss: alone, and without one the default of the library.
        secure = self._context is not None and self._url.startswith("wss:")
        options: dict[str, Any] = {"ssl": self._context} if secure else {}
        try:
            self._socket = await websockets.connect(
                self._url,
                open_timeout=_HANDSHAKE_TIMEOUT,
                close_timeout=_CLOSE_TIMEOUT,
                ping_interval=None,  # the protocol has heartbeats of its own
                max_size=_LARGEST_FRAME,
                **options,
            )
        except (InvalidHandshake, InvalidURI, EOFError) as error:
            return End("no_upgrade", False, f"no upgrade to WebSocket: {error}")
        except (asyncio.TimeoutError, TimeoutError):
            return End("no_upgrade", False, f"no upgrade to WebSocket in {_HANDSHAKE_TIMEOUT:g} s")
        except OSError as error:
            return End("unreachable", False, str(error))
        return None

    async def _take(self, text: str) -> None:
        try:
            message = parse_object(text)
            if message.get("type") == "error":
                return self._refused(read_error_frame(message))
            envelope = self._host.open(message, text)
        except Untrusted as error:
            if error.code == "wrong_sender" and not self._authenticated:
                self._host.impostor(error)
            return self._host.problem(error.code, str(error))
        except Unreadable as error:
            return self._host.problem("bad_message", f"Ignored a message of the validator: {error}")
        if not self._authenticated:
            return self._welcomed(envelope)
        if envelope.type == "heartbeat":
            await self._send(self._host.signer.message("heartbeat_response", {}, self._host.expected).frame)
        self._host.inbox.received(envelope)

    def _refused(self, failure: Failure) -> None:
        fatal = failure.nonce is None and failure.code in ENDS_CONNECTION
        if fatal or not self._authenticated:
            self._failure = failure
        else:
            self._host.failed(failure)

    def _welcomed(self, envelope: Envelope) -> None:
        if envelope.type != "welcome" or envelope.data.get("status") != "success":
            return self._host.problem("bad_welcome", f"Expected a welcome, received {envelope.type}")
        self._authenticated = True
        self._host.welcomed(envelope, self)

    async def _send(self, frame: str) -> None:
        await self._socket.send(frame)
        self._sent_at = self._loop.time()

    async def _welcome_in_time(self) -> None:
        await asyncio.sleep(_HANDSHAKE_TIMEOUT)
        if not self._authenticated:
            await self.close()

    async def _keep_alive(self) -> None:
        try:
            while True:
                beat, death = (
                    self._sent_at + self._heartbeat,
                    self._received_at + self._heartbeat * _DEAD_AFTER,
                )
                await asyncio.sleep(max(0.01, min(beat, death) - self._loop.time()))
                now = self._loop.time()
                if now >= self._received_at + self._heartbeat * _DEAD_AFTER:
                    self._dead = True
                    return await self.close()
                if self._authenticated and now >= self._sent_at + self._heartbeat:
                    await self._send(self._host.signer.message("heartbeat", {}, self._host.expected).frame)
                elif now >= self._sent_at + self._heartbeat:
                    self._sent_at = now
        except ConnectionClosed:
            pass

    def _ended(self, closed: ConnectionClosed) -> End:
        close = closed.rcvd
        code, reason = (None, "") if close is None else (close.code, close.reason)
        given = " ".join(part for part in ("" if code is None else str(code), reason) if part)
        if self._dead:
            seconds = self._heartbeat * _DEAD_AFTER
            return End(
                "dead", self._authenticated, f"nothing received for {seconds:g} s", code, self._failure
            )
        if self._authenticated:
            return End("closed", True, f"connection closed{given and f' ({given})'}", code, self._failure)
        if not self._heard and close is None:
            return End("no_frames", False, "connected, but nothing came through", code, self._failure)
        return End("unwelcome", False, f"no welcome{given and f' ({given})'}", code, self._failure)
