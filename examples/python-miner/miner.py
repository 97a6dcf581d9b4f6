"""Predicts on every game, and prints the receipts: python3 miner.py [URL] [KEY FILE]"""

import sys

from heliograph import Keypair, MinerClient, PredictionRefused, prediction_on, run


def predict(game):
    """Your model: the outcome to bet on; None: none."""
    if not game["active"]:
        return None
    return game["team_a"] if float(game["team_a_odds"]) < float(game["team_b_odds"]) else game["team_b"]


async def main(url="ws://127.0.0.1:10401", key="miner.key"):
    # What is undecided waits in this file, and receipts are kept in it.
    async with MinerClient(url, Keypair.from_file(key), store="miner.db") as client:
        async for update in client.games:
            for game in update.games:
                outcome = predict(game)
                if outcome is None:
                    continue
                try:
                    confirmation = await client.submit(prediction_on(game, outcome, wager=10))
                    print(f"{game['game_id']} receipt {confirmation.receipt['miner_sequence']}", flush=True)
                except PredictionRefused as refusal:
                    print(f"{game['game_id']} refused: {refusal}", flush=True)


run(main(*sys.argv[1:3]))
