"""A miner's day against a running validator. Takes {url, token, keys, key, seed} as JSON; prints what it has seen work."""

import asyncio
import json
import sys

from peer import Connection, Http, Keys, now, sha256, signed_text
from samples import AWKWARD, fuzzed, game, prediction


class Day:
    def __init__(self, url, token, keys, key, seed):
        self.http = Http(url, token)
        self.socket_url = url.replace("http", "ws") + "/ws"
        self.keys = Keys(keys, key)
        self.seed = seed
        self.accepted = []
        self.previous = "0" * 64

    async def run(self):
        self.http.operate("PUT", f"/admin/miners/{self.keys.hotkey}", {"uid": 7})
        self.http.operate("POST", "/admin/games", {"games": [game()]})
        for part in (
            self.authenticates,
            self.submits_single_predictions,
            self.submits_batches,
            self.is_told_of_refusals,
            self.receives_game_updates,
            self.exchanges_heartbeats,
            self.recovers_what_it_missed,
            self.gets_the_first_receipt_again,
            self.uses_http_alone,
            self.finds_everything_in_the_log,
        ):
            await part()
            print(part.__name__.replace("_", " "), flush=True)
        self.keys.close()

    async def authenticates(self):
        self.connection, self.welcome = await Connection.open(self.socket_url, self.keys)
        assert self.keys.verifies(self.welcome), self.welcome
        assert self.welcome["data"]["uid"] == 7, self.welcome
        games = await self.connection.next("game_update")
        assert games["data"]["snapshot"] is True, games

    async def submits_single_predictions(self):
        renderings = [{}, {"sort_keys": True}, {"ensure_ascii": False}, {"indent": 1}, {"separators": (",", ":")}]
        for index, changes in enumerate(AWKWARD):
            submitted = prediction(f"single-{index}", **changes)
            message = self.keys.message("prediction", submitted)
            lone = "texts" in changes
            await self.connection.send(message, **({} if lone else renderings[index % len(renderings)]))
            confirmation = await self.confirmation()
            assert self.keys.verifies(confirmation), confirmation
            self.accept(submitted, confirmation["data"])

    async def submits_batches(self):
        submitted = fuzzed(200, self.seed)
        for start in (0, 100):
            batch = {"predictions": submitted[start : start + 100]}
            await self.connection.send(self.keys.message("prediction", batch))
        for index, each in enumerate(submitted):
            confirmation = await self.confirmation()
            assert index % 20 or self.keys.verifies(confirmation), confirmation
            self.accept(each, confirmation["data"])

    async def is_told_of_refusals(self):
        await self.connection.send(self.keys.message("prediction", prediction("refused", wager=0)))
        refused = await self.confirmation()
        assert self.keys.verifies(refused), refused
        assert refused["data"]["status"] == "error" and "wager" in refused["data"]["message"], refused
        forged = self.keys.message("prediction", prediction("forged"))
        await self.connection.send({**forged, "data": prediction("forged", wager=1)})
        error = await self.connection.next("error")
        assert error["code"] == "not_authorized" and error["in_reply_to"] == forged["nonce"], error
        for wrapped in (False, True):
            message = self.keys.message("heartbeat", {"wrapped": wrapped})
            del message["signature"]
            text = signed_text(message)
            signature = self.keys.signature(f"<Bytes>{text}</Bytes>" if wrapped else text)
            await self.connection.send({**message, "signature": f"0x{signature}"})
            await self.connection.next("heartbeat_ack")

    async def receives_game_updates(self):
        changed = game(team_a_odds=2.05, note={"\U0001f3c8": 1e-07, "exact": 1.0})
        published = await in_thread(self.http.operate, "POST", "/admin/games", {"games": [changed]})
        update = await self.connection.next("game_update")
        assert self.keys.verifies(update), update
        assert signed_text(update["data"]["games"]) == signed_text([changed]), update
        assert update["data"]["offset"] == published["offset"], update
        assert published["recipients"] == 1 and published["changed"] == 1, published
        await in_thread(self.http.operate, "POST", "/admin/games", {"games": [game()]})
        self.last_update = await self.connection.next("game_update")

    async def exchanges_heartbeats(self):
        await self.connection.send(self.keys.message("heartbeat", {"timestamp": 1763712200.0}))
        acknowledged = await self.connection.next("heartbeat_ack")
        assert self.keys.verifies(acknowledged), acknowledged
        for _ in range(2):
            assert self.keys.verifies(await self.connection.next("heartbeat"))

    async def recovers_what_it_missed(self):
        await self.connection.close()
        away = [prediction(f"away-{index}", wager=0.5) for index in range(3)]
        for submitted in away:
            await in_thread(self.post, submitted)
        for odds in (4.0, 4.5):
            await in_thread(self.http.operate, "POST", "/admin/games", {"games": [game("g2", team_a_odds=odds)]})
        recover = {
            "games": position(self.last_update["data"]),
            "confirmations": position(self.last_confirmation["data"]),
        }
        self.connection, self.welcome = await Connection.open(self.socket_url, self.keys, recover=recover)
        assert self.welcome["data"]["recovered"] == {"games": True, "confirmations": True}, self.welcome
        for submitted in away:
            confirmation = await self.confirmation()
            assert self.keys.verifies(confirmation), confirmation
            self.accept(submitted, confirmation["data"])
        missed = [(await self.connection.next("game_update"))["data"] for _ in range(2)]
        assert [update["games"][0]["team_a_odds"] for update in missed] == [4.0, 4.5], missed
        assert [update["offset"] for update in missed] == [recover["games"]["offset"] + 1, recover["games"]["offset"] + 2]

    async def gets_the_first_receipt_again(self):
        submitted, receipt = self.accepted[0]
        for data in (submitted, {"predictions": [submitted]}):
            await self.connection.send(self.keys.message("prediction", data))
            again = (await self.confirmation())["data"]
            assert again["duplicate"] is True and again["receipt"] == receipt, again
        await self.connection.send(self.keys.message("prediction", {**submitted, "payout": 2.0}))
        conflict = (await self.confirmation())["data"]
        assert conflict["status"] == "error" and "onflict" in conflict["message"], conflict
        await self.connection.close()

    async def uses_http_alone(self):
        single = prediction("http-single", note=1e16)
        self.accept(single, await in_thread(self.post, single))
        batch = [prediction(f"http-{index}", wager=0.5) for index in range(3)]
        status, answer = await in_thread(
            self.http.call, "POST", "/api/v1/predictions", self.keys.message("prediction", {"predictions": batch})
        )
        assert status == 200 and len(answer["confirmations"]) == 3, answer
        for submitted, confirmation in zip(batch, answer["confirmations"]):
            self.accept(submitted, confirmation["data"])
        _, known = await in_thread(self.http.call, "GET", "/api/v1/games")
        query = f"since={known['offset']}&epoch={known['epoch']}&wait=60"
        waiting = asyncio.ensure_future(in_thread(self.http.call, "GET", f"/api/v1/games?{query}"))
        await in_thread(self.http.operate, "POST", "/admin/games", {"games": [game("g3")]})
        _, news = await waiting
        assert news["offset"] == known["offset"] + 1 and news["games"] == [game("g3")], news
        path = f"/api/v1/confirmations?hotkey={self.keys.hotkey}&since=0&epoch={known['epoch']}"
        status, listed = await in_thread(self.http.signed_query, path, self.keys)
        assert status == 200 and listed["recovered"], listed
        assert self.keys.verifies(listed["confirmations"][-1]), listed["confirmations"][-1]
        told = [each["data"] for each in listed["confirmations"]]
        receipts = [each["receipt"] for each in told if each["status"] == "success" and "duplicate" not in each]
        assert receipts == [receipt for _, receipt in self.accepted], receipts

    async def finds_everything_in_the_log(self):
        log = await in_thread(self.http.operate, "GET", "/admin/predictions?limit=1000")
        stored = [signed_text(entry["prediction"]) for entry in log["predictions"]]
        assert stored == [signed_text(submitted) for submitted, _ in self.accepted]

    async def confirmation(self):
        confirmation = await self.connection.next("confirmation")
        self.last_confirmation = confirmation
        return confirmation

    def accept(self, submitted, data):
        assert data["status"] == "success", data
        receipt = data["receipt"]
        assert data["prediction_id"] == submitted["prediction_id"], data
        assert receipt["hash"] == sha256(submitted), (receipt, signed_text(submitted))
        assert receipt["previous"] == self.previous, receipt
        assert receipt["miner_sequence"] == len(self.accepted) + 1, receipt
        self.previous = sha256(receipt)
        self.accepted.append((submitted, receipt))

    def post(self, submitted):
        status, confirmation = self.http.call(
            "POST", "/api/v1/predictions", self.keys.message("prediction", submitted)
        )
        assert status == 200 and self.keys.verifies(confirmation), confirmation
        return confirmation["data"]


def position(data):
    return {"epoch": data["epoch"], "offset": data["offset"]}


def in_thread(function, *arguments):
    return asyncio.get_running_loop().run_in_executor(None, function, *arguments)


if __name__ == "__main__":
    asyncio.run(asyncio.wait_for(Day(**json.loads(sys.argv[1])).run(), timeout=120))
