import asyncio, sys
from heliograph import Keypair, MinerClient, prediction_on

async def main(url, key):
    async with MinerClient(url, Keypair.from_file(key)) as client:
        game = (await anext(client.games)).games[0]
        confirmation = await client.submit(prediction_on(game, game["team_a"], wager=10))
        print(confirmation.message, confirmation.receipt["miner_sequence"])

asyncio.run(main(*sys.argv[1:]))
