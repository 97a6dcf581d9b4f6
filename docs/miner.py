"""Predicts on every game, and prints the receipts: python3 miner.py ws://127.0.0.1:10401 data/miner.key"""

import sys
from heliograph import Keypair, MinerClient, PredictionRefused, prediction_on, run

async def main(url, key):
    async with MinerClient(url, Keypair.from_file(key)) as client:
        async for update in client.games:
            for game in filter(lambda game: game["active"], update.games):
                try:
                    confirmation = await client.submit(prediction_on(game, game["team_a"], wager=10))
                    print(confirmation.message, dict(confirmation.receipt), flush=True)
                except PredictionRefused as refusal:
                    print(refusal, flush=True)

run(main(*sys.argv[1:])) if len(sys.argv) == 3 else sys.exit(__doc__)
