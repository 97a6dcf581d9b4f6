"""Goes through the client with a server that knows the miner and a game, and a second one; prints what holds."""

import asyncio
import sys

from heliograph import (
    ClientClosed,
    Confirmation,
    Keypair,
    MinerClient,
    NotRegistered,
    PredictionRefused,
    prediction_on,
)


async def refused(work, kind):
    try:
        await work
    except kind as error:
        return error
    raise AssertionError(f"expected {kind.__name__}")


async def main(url, other):
    keypair = Keypair((7).to_bytes(32, "big"))
    async with MinerClient(url, keypair, store="day.db") as client:
        games, confirmations = client.games, client.confirmations
        update = await games.__anext__()
        assert update.snapshot and len(update.games) == 1
        game = update.games[0]
        print("tells games", flush=True)

        prediction = prediction_on(game, game["team_a"], wager=1.5)
        first = await client.submit(prediction)
        assert first.accepted and first.receipt["miner_sequence"] == 1 and first.fault is None
        again = await client.submit({**prediction, "miner_uid": client.uid})
        assert again.duplicate and again.receipt == first.receipt
        print("answers confirmations", flush=True)

        error = await refused(
            client.submit({**prediction, "prediction_id": "p2", "wager": 0}), PredictionRefused
        )
        assert error.confirmation is not None and not error.confirmation.accepted and "wager" in error.message
        error = await refused(
            client.submit({**prediction, "prediction_id": "p3", "wager": "much"}), PredictionRefused
        )
        assert error.confirmation is None
        await refused(client.submit({**prediction, "prediction_id": ""}), ValueError)
        await refused(client.submit({**prediction, "prediction_id": "p4", "wager": float("nan")}), ValueError)
        print("raises refusals", flush=True)

        given_up = asyncio.ensure_future(
            client.submit({**prediction, "prediction_id": "p5", "miner_uid": client.uid})
        )
        await asyncio.sleep(0)
        given_up.cancel()
        await refused(given_up, asyncio.CancelledError)
        ids = await asyncio.gather(
            *(client.put({**prediction, "prediction_id": f"q{number}"}) for number in range(30))
        )
        await client.idle()
        seen = [await confirmations.__anext__() for _ in range(34)]
        assert {confirmation.prediction_id for confirmation in seen} >= {"p2", "p5", *ids}
        assert len({confirmation.receipt["sequence"] for confirmation in seen if confirmation.accepted}) == 32
        print("sends what was given up, too", flush=True)

        assert (await client.games.__anext__()).games == [game]
        waiting = asyncio.ensure_future(games.__anext__())
        await asyncio.sleep(0)
    await refused(waiting, StopAsyncIteration)
    await refused(client.submit(prediction), ClientClosed)
    print("ends in order", flush=True)

    async with MinerClient("127.0.0.1:1", keypair, store="day.db") as client:
        work = [client.submit(prediction), client.submit({**prediction, "miner_uid": 7}), client.idle()]
        tasks = [asyncio.ensure_future(task) for task in work]
        await client.put({**prediction, "prediction_id": "kept", "miner_uid": 7})
        assert client.waiting == 2
    for task in tasks:
        await refused(task, ClientClosed)
    print("tells whoever waits that it has stopped", flush=True)

    async with MinerClient([url, other], keypair, store="day.db", reconnect_base_interval=0.2) as client:
        await refused(client.submit(prediction), TypeError)
        outcomes = await client.submit_to_all({**prediction, "prediction_id": "both", "miner_uid": 7})
        one, two = (outcomes[name] for name in client.validators)
        assert isinstance(one, Confirmation) and one.accepted and isinstance(two, NotRegistered), outcomes
        assert (await client.submit({**prediction, "prediction_id": "one"}, validator=url)).accepted
        await refused(client.submit(prediction, validator=other), NotRegistered)
        await client.put({**prediction, "prediction_id": "rest"})
        await refused(client.idle(), NotRegistered)
    print("goes on with one validator where another refuses", flush=True)


asyncio.run(main(*sys.argv[1:]))
