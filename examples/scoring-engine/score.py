"""A validator's back end: reads accepted predictions, ends games, and keeps what every miner has won.

python3 score.py [URL]; HELIOGRAPH_ADMIN_TOKEN is the operator's token.
"""

import json
import os
import sys
import urllib.request
from pathlib import Path

URL = (sys.argv[1:] or ["http://127.0.0.1:10401"])[0]
TOKEN = os.environ["HELIOGRAPH_ADMIN_TOKEN"]
STATE = Path("scores.json")
ENDED = {"0": "team_a", "1": "team_b", "2": "Tie"}


def call(path, body=None):
    request = urllib.request.Request(URL + path, headers={"authorization": f"Bearer {TOKEN}"})
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("content-type", "application/json")
    with urllib.request.urlopen(request, timeout=90) as answer:
        return json.load(answer)


def load():
    if STATE.exists():
        return json.loads(STATE.read_text())
    # `after`: the last prediction that was read; `open`: bets on games that go on; `scores`: by hotkey.
    return {"after": 0, "open": [], "scores": {}}


def save(state):
    # Renamed in one step, so that a crash leaves the old state or the new one.
    fresh = STATE.with_suffix(".new")
    fresh.write_text(json.dumps(state, indent=2))
    fresh.replace(STATE)


def take_predictions(state, wait):
    """Reads what was accepted since; waits up to `wait` seconds for something. True: there was something."""
    page = call(f"/admin/predictions?after={state['after']}&limit=1000&wait={wait}")
    for entry in page["predictions"]:
        prediction = entry["prediction"]
        bet = {name: prediction[name] for name in ("game_id", "predicted_outcome", "predicted_odds", "wager")}
        state["open"].append({"hotkey": entry["hotkey"], **bet})
        state["after"] = entry["sequence"]
    return bool(page["predictions"])


def settle(state, game):
    """Pays the bets on a game that has ended."""
    winner = game.get(ENDED[str(game["outcome"])], "Tie")
    for bet in [bet for bet in state["open"] if bet["game_id"] == game["game_id"]]:
        won = float(bet["wager"]) * (float(bet["predicted_odds"]) - 1)
        gain = won if bet["predicted_outcome"] == winner else -float(bet["wager"])
        state["scores"][bet["hotkey"]] = round(state["scores"].get(bet["hotkey"], 0) + gain, 6)
        state["open"].remove(bet)


def publish_outcome(game, outcome):
    """Tells all miners that a game has ended: "0" team_a, "1" team_b, "2" a tie."""
    call("/admin/games", {"games": [{**game, "active": False, "outcome": outcome}]})


def results():
    """Your source of results: pairs of a game and its outcome. Here a file of lines such as {"game": {...}, "outcome": "0"}."""
    path = Path("results.jsonl")
    if not path.exists():
        return []
    lines = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    path.unlink()
    return [(line["game"], line["outcome"]) for line in lines]


def main():
    state = load()
    while True:
        # A game ends only once all bets on it are read: what is accepted later is refused by the gateway.
        while take_predictions(state, wait=0):
            pass
        for game, outcome in results():
            publish_outcome(game, outcome)
            while take_predictions(state, wait=0):
                pass
            settle(state, {**game, "outcome": outcome})
            print(f"{game['game_id']} ended: {json.dumps(state['scores'])}", flush=True)
        save(state)
        take_predictions(state, wait=2)


try:
    main()
except KeyboardInterrupt:
    pass
