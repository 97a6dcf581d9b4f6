"""A miner in Python: authenticates, answers heartbeats, predicts on every game, prints receipts.

Usage: miner.py ws://127.0.0.1:10401/ws data/miner.key

Needs the package websockets. Signs with `heliograph keys`, by default through `deno task` in this repository; the
variable HELIOGRAPH names another command line. With a wallet of Bittensor's the class Keys is not needed: its
`wallet.hotkey` has `ss58_address` and `sign(text).hex()`.
"""

import asyncio
import json
import os
import subprocess
import sys
import urllib.request
import uuid
from datetime import datetime, timezone

import websockets

HELIOGRAPH = os.environ.get("HELIOGRAPH", "deno task --quiet heliograph").split()


class Keys:
    """A key file, used through `heliograph keys`."""

    def __init__(self, path):
        inspected = subprocess.run([*HELIOGRAPH, "keys", "inspect", path], capture_output=True, check=True)
        self.address = json.loads(inspected.stdout)["address"]
        self.signer = subprocess.Popen([*HELIOGRAPH, "keys", "sign", "--key", path, "--lines"], text=True,
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=1)

    def sign(self, message):
        self.signer.stdin.write(json.dumps(message, sort_keys=True) + "\n")
        return {**message, "signature": self.signer.stdout.readline().strip()}


def validator_of(url):
    """The validator's hotkey: messages that name it are of no use to another validator."""
    base = "http" + url.removeprefix("ws").removesuffix("/").removesuffix("/ws")
    with urllib.request.urlopen(base + "/ws/health", timeout=10) as answer:
        return json.load(answer)["validator"]


def stamp():
    return {"timestamp": datetime.now(timezone.utc).isoformat(), "nonce": str(uuid.uuid4())}


def predict(game, uid):
    return {
        **{name: game[name] for name in ("game_id", "team_a", "team_b", "team_a_odds", "team_b_odds", "tie_odds")},
        "prediction_id": str(uuid.uuid4()), "miner_uid": uid, "prediction_date": stamp()["timestamp"],
        "predicted_outcome": game["team_a"], "predicted_odds": game["team_a_odds"], "wager": 10,
        "outcome": "Unfinished", "payout": 0,
    }


async def serve(url, keys, validator):
    async with websockets.connect(url) as socket:
        async def send(kind, data):
            message = {"type": kind, "sender": keys.address, "validator": validator, "data": data, **stamp()}
            await socket.send(json.dumps(keys.sign(message)))

        hello = {"hotkey": keys.address, "validator": validator, **stamp()}
        await socket.send(json.dumps(keys.sign(hello)))
        uid = None
        async for text in socket:
            message = json.loads(text)
            kind, data = message["type"], message.get("data")
            if kind == "welcome":
                uid = data["uid"]
            elif kind == "heartbeat":
                await send("heartbeat_response", {})
            elif kind == "game_update":
                for game in data["games"]:
                    if game["active"]:
                        await send("prediction", predict(game, uid))
            elif kind == "confirmation":
                print(data["status"], data["message"], json.dumps(data.get("receipt")), flush=True)
            elif kind == "error":
                print(message["code"], message["message"], flush=True)


async def run(url, keys):
    delay, validator = 5, None
    while True:
        try:
            validator = validator or validator_of(url)
            await serve(url, keys, validator)
            delay = 5
        except (OSError, websockets.WebSocketException) as error:
            print(f"{error}; again in {delay} s", flush=True)
        await asyncio.sleep(delay)
        delay = min(300, 2 * delay)


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], Keys(sys.argv[2])))
