"""Bittensor's own SDK against a gateway: its wallet signs, its Dendrite calls.

Gets {"port", "axon", "wallets", "ws"} as JSON; prints a line for each step that went well.
"""
import asyncio
import datetime
import json
import os
import sys
from typing import ClassVar, Optional

day = json.loads(sys.argv[1])
# The SDK keeps its logs and settings in the home folder.
os.environ["HOME"] = day["wallets"]

import bittensor  # noqa: E402
import websockets  # noqa: E402
from bittensor.utils import networking  # noqa: E402

# It would ask a service on the Internet for the address of this machine.
networking.get_external_ip = lambda: "192.0.2.1"

FIELDS = (
    "prediction_id", "game_id", "miner_uid", "prediction_date", "predicted_outcome", "predicted_odds", "team_a",
    "team_b", "wager", "team_a_odds", "team_b_odds", "tie_odds", "model_name", "confidence_score", "outcome", "payout",
)


def prediction_class(hash_fields):
    class TeamGamePrediction(bittensor.Synapse):
        prediction_id: str
        game_id: str
        miner_uid: int
        prediction_date: str
        predicted_outcome: str
        predicted_odds: float
        team_a: str
        team_b: str
        wager: float
        team_a_odds: float
        team_b_odds: float
        tie_odds: Optional[float] = None
        model_name: Optional[str] = None
        confidence_score: Optional[float] = None
        outcome: str = "Unfinished"
        payout: float = 0.0
        confirmation: Optional[dict] = None
        required_hash_fields: ClassVar[tuple[str, ...]] = hash_fields

    return TeamGamePrediction


class GameData(bittensor.Synapse):
    games: Optional[list] = None
    gamedata_dict: Optional[dict] = None


def prediction(prediction_id, hash_fields=FIELDS, **changes):
    fields = dict(
        prediction_id=prediction_id, game_id="g1", miner_uid=7, prediction_date="2026-11-21T08:00:00+00:00",
        predicted_outcome="Arsenal", predicted_odds=2.1, team_a="Arsenal", team_b="Chelsea", wager=2.0,
        team_a_odds=2.1, team_b_odds=3.4, tie_odds=3.25, model_name="Δ 'quoted' \"twice\" \n", confidence_score=1e-07,
    )
    return prediction_class(hash_fields)(**{**fields, **changes})


def wallet(name):
    return bittensor.Wallet(name="miners", hotkey=name, path=day["wallets"])


def verified(message):
    signed = {key: value for key, value in message.items() if key != "signature"}
    signature = bytes.fromhex(message["signature"])
    text = json.dumps(signed, sort_keys=True)
    return bittensor.Keypair(ss58_address=day["axon"]).verify(text, signature)


async def over_http():
    axon = bittensor.AxonInfo(
        version=1, ip="127.0.0.1", port=day["port"], ip_type=4, hotkey=day["axon"], coldkey=day["axon"],
    )
    miner = bittensor.Dendrite(wallet=wallet("miner"))

    async def call(synapse, dendrite=miner):
        return await dendrite.call(axon, synapse, timeout=20, deserialize=False)

    answer = await call(prediction("d1"))
    assert answer.dendrite.status_code == 200, answer.dendrite
    assert answer.confirmation["data"]["status"] == "success", answer.confirmation
    assert verified(answer.confirmation)
    assert answer.axon.hotkey == day["axon"] and answer.wager == 2.0
    print("a prediction is confirmed")

    again = await call(prediction("d1"))
    assert again.confirmation["data"]["receipt"] == answer.confirmation["data"]["receipt"]
    print("the same one gets its first receipt")

    refused = await call(prediction("d2", game_id="none"))
    assert refused.dendrite.status_code == 422, refused.dendrite
    assert "none" in refused.dendrite.status_message, refused.dendrite
    print("a rule that is broken is told")

    bare = await call(prediction("d3", hash_fields=()))
    assert bare.dendrite.status_code == 401 and "computed_body_hash" in bare.dendrite.status_message, bare.dendrite
    print("a body that is not signed is refused")

    stranger = bittensor.Dendrite(wallet=wallet("stranger"))
    unknown = await call(prediction("d4"), stranger)
    assert unknown.dendrite.status_code == 403, unknown.dendrite
    print("a hotkey that is not registered is refused")

    data = await call(GameData())
    assert [game["game_id"] for game in data.games] == ["g1"], data.games
    assert list(data.gamedata_dict) == ["g1"]
    print("the games are told")
    await miner.aclose_session()
    await stranger.aclose_session()


async def over_websocket():
    hotkey = wallet("miner").hotkey

    def signed(fields):
        text = json.dumps(fields, sort_keys=True)
        return json.dumps({**fields, "signature": hotkey.sign(text).hex()})

    def now():
        return datetime.datetime.now(datetime.timezone.utc).isoformat()

    async with websockets.connect(day["ws"]) as socket:
        await socket.send(signed({"hotkey": hotkey.ss58_address, "timestamp": now(), "nonce": "1"}))
        welcome = json.loads(await asyncio.wait_for(socket.recv(), 20))
        assert welcome["type"] == "welcome" and verified(welcome), welcome
        fields = prediction("w1").model_dump(include=set(FIELDS))
        await socket.send(signed({
            "type": "prediction", "sender": hotkey.ss58_address, "data": fields, "timestamp": now(), "nonce": "2",
        }))
        while True:
            frame = json.loads(await asyncio.wait_for(socket.recv(), 20))
            if frame["type"] == "confirmation":
                break
        assert frame["data"]["status"] == "success" and verified(frame), frame
    print("the wallet signs on a WebSocket")


bittensor.logging.off()
asyncio.run(over_http())
asyncio.run(over_websocket())
