"""Requests over HTTP/1.1, each with a limit on its time and size, that end at once when their task is cancelled."""

from __future__ import annotations

import asyncio
import functools
import ssl
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

_LARGEST_ANSWER = 64 * 1024 * 1024
_MOST_HEADERS = 100


class HttpFailed(Exception):
    """There was no full answer."""


@dataclass(frozen=True)
class Answer:
    """An answer that was read in full."""

    status: int
    headers: Mapping[str, str]
    """By names in lower case."""
    text: str


async def request(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: str | None = None,
    timeout: float,
    context: ssl.SSLContext | None = None,
) -> Answer:
    """Raises HttpFailed, which says why, where no answer comes in `timeout` seconds."""
    try:
        return await asyncio.wait_for(_request(url, method, headers or {}, body, context), timeout)
    except asyncio.TimeoutError:
        raise HttpFailed(f"no answer in {timeout:g} s") from None
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise HttpFailed(str(error) or type(error).__name__) from error


@functools.lru_cache(maxsize=1)
def _default_context() -> ssl.SSLContext:
    """Made once: it reads all authorities that the system trusts."""
    return ssl.create_default_context()


async def _request(
    url: str, method: str, headers: Mapping[str, str], body: str | None, context: ssl.SSLContext | None
) -> Answer:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    reader, writer = await asyncio.open_connection(
        parts.hostname,
        parts.port or (443 if secure else 80),
        ssl=(context or _default_context()) if secure else None,
        limit=_LARGEST_ANSWER,
    )
    try:
        data = b"" if body is None else body.encode()
        fields = {
            "host": parts.netloc,
            "connection": "close",
            "accept": "application/json",
            **(
                {} if body is None else {"content-length": str(len(data)), "content-type": "application/json"}
            ),
            **headers,
        }
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        writer.write(f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + data)
        await writer.drain()
        return await _read_answer(reader)
    finally:
        writer.transport.abort()


async def _read_answer(reader: asyncio.StreamReader) -> Answer:
    status = 100
    while 100 <= status < 200:
        version, _, rest = (await _line(reader)).partition(" ")
        if not version.startswith("HTTP/1.") or not rest[:3].isdigit():
            raise ValueError("the answer is not HTTP")
        status = int(rest[:3])
        headers = await _headers(reader)
    content = await _body(reader, headers)
    if headers.get("content-encoding") == "gzip":
        content = _inflate(content)
    return Answer(status, headers, content.decode())


async def _headers(reader: asyncio.StreamReader) -> dict[str, str]:
    headers: dict[str, str] = {}
    for _ in range(_MOST_HEADERS):
        line = await _line(reader)
        if not line:
            return headers
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    raise ValueError(f"the answer has more than {_MOST_HEADERS} headers")


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if "chunked" in headers.get("transfer-encoding", "").lower():
        chunks, size = [], 0
        while True:
            length = int((await _line(reader)).partition(";")[0], 16)
            size += length
            _check_size(size)
            chunks.append(await reader.readexactly(length))
            await _line(reader)
            if length == 0:
                return b"".join(chunks)
    if "content-length" in headers:
        length = int(headers["content-length"])
        _check_size(length)
        return await reader.readexactly(length)
    content = await reader.read(_LARGEST_ANSWER + 1)
    while not reader.at_eof():
        content += await reader.read(_LARGEST_ANSWER + 1)
        _check_size(len(content))
    return content


async def _line(reader: asyncio.StreamReader) -> str:
    line = await reader.readline()
    if not line.endswith(b"\n"):
        raise EOFError("the connection ended within the answer")
    return line.rstrip(b"\r\n").decode("latin-1")


def _check_size(size: int) -> None:
    if not 0 <= size <= _LARGEST_ANSWER:
        raise ValueError(f"the answer is larger than {_LARGEST_ANSWER} bytes")


def _inflate(content: bytes) -> bytes:
    inflater = zlib.decompressobj(31)
    plain = inflater.decompress(content, _LARGEST_ANSWER)
    if inflater.unconsumed_tail:
        raise ValueError(f"the answer is larger than {_LARGEST_ANSWER} bytes")
    return plain
