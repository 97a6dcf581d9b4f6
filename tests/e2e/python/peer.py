"""What a miner written in Python has: signed text by Python's own json, keys through `heliograph keys`, urllib."""

import asyncio
import hashlib
import itertools
import json
import subprocess
import threading
import urllib.error
import urllib.request
from datetime import datetime, timezone

import websockets

nonces = itertools.count(1)


def signed_text(value):
    return json.dumps(value, sort_keys=True)


def sha256(value):
    return hashlib.sha256(signed_text(value).encode()).hexdigest()


def now():
    return datetime.now(timezone.utc).isoformat()


def claim(hotkey):
    return {"hotkey": hotkey, "timestamp": now(), "nonce": f"python-{next(nonces)}"}


class Keys:
    """A hotkey file, used through the co-process `keys sign --lines`; signatures are checked by `keys verify`."""

    def __init__(self, command, path):
        self.command = command
        self.lock = threading.Lock()
        inspected = subprocess.run([*command, "inspect", path], stdout=subprocess.PIPE, check=True)
        self.hotkey = json.loads(inspected.stdout)["address"]
        arguments = [*command, "sign", "--key", path, "--lines"]
        self.process = subprocess.Popen(
            arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def signature(self, text):
        with self.lock:
            self.process.stdin.write(f"{text}\n")
            self.process.stdin.flush()
            return self.process.stdout.readline().strip()

    def sign(self, message):
        return {**message, "signature": self.signature(signed_text(message))}

    def message(self, kind, data):
        nonce = f"python-{next(nonces)}"
        return self.sign(
            {"type": kind, "sender": self.hotkey, "data": data, "timestamp": now(), "nonce": nonce}
        )

    def authentication(self, **more):
        return self.sign({**claim(self.hotkey), **more})

    def verifies(self, message):
        unsigned = {name: value for name, value in message.items() if name != "signature"}
        claimed = ["--address", message["sender"], "--signature", message["signature"]]
        arguments = [*self.command, "verify", *claimed, "--", signed_text(unsigned)]
        return subprocess.run(arguments, stdout=subprocess.DEVNULL).returncode == 0

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Connection:
    """A miner's connection: answers heartbeats, and sorts what comes in by type."""

    def __init__(self, websocket, keys):
        self.websocket = websocket
        self.keys = keys
        self.queues = {}
        self.reading = asyncio.ensure_future(self.read())

    @classmethod
    async def open(cls, url, keys, **more):
        connection = cls(await websockets.connect(url, max_size=None), keys)
        await connection.send(keys.authentication(**more))
        return connection, await connection.next("welcome")

    async def send(self, message, **rendering):
        await self.websocket.send(json.dumps(message, **rendering))

    async def next(self, kind):
        arriving = asyncio.ensure_future(self.queue(kind).get())
        done, _ = await asyncio.wait({arriving, self.reading}, return_when=asyncio.FIRST_COMPLETED)
        assert arriving in done, f"the connection ended while a {kind} was waited for"
        return arriving.result()

    def queue(self, kind):
        return self.queues.setdefault(kind, asyncio.Queue())

    async def read(self):
        async for frame in self.websocket:
            message = json.loads(frame)
            if message["type"] == "heartbeat":
                await self.answer_heartbeat()
            self.queue(message["type"]).put_nowait(message)

    async def answer_heartbeat(self):
        try:
            await self.send(self.keys.message("heartbeat_response", {}))
        except websockets.ConnectionClosed:
            pass  # It came while this side was closing.

    async def close(self):
        await self.websocket.close()
        await self.reading


class Http:
    """The same over HTTP. A status of 400 and above is an answer too."""

    def __init__(self, url, token):
        self.url = url
        self.operator = {"authorization": f"Bearer {token}"}

    def call(self, method, path, body=None, headers=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.url}{path}", data=data, method=method, headers=headers or {}
        )
        try:
            with urllib.request.urlopen(request) as response:
                return response.status, json.loads(response.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def operate(self, method, path, body=None):
        status, answer = self.call(method, path, body, self.operator)
        assert status < 400, answer
        return answer

    def signed_query(self, path, keys):
        signed = keys.sign(claim(keys.hotkey))
        return self.call("GET", path, headers={f"x-{name}": value for name, value in signed.items()})
