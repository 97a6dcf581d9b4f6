"""Predictions, made from games."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

_FROM_GAME = ("game_id", "team_a", "team_b", "team_a_odds", "team_b_odds", "tie_odds")


def prediction_on(game: Mapping[str, Any], outcome: str, wager: float, **fields: Any) -> dict[str, Any]:
    """A prediction on a game as `client.games` tells it, with its odds of now.

    `outcome`: the name of a team, or `Tie`. `fields` are added, such as `model_name` and `confidence_score`. The client
    fills in `miner_uid`.
    """
    odds = {game["team_a"]: "team_a_odds", game["team_b"]: "team_b_odds", "Tie": "tie_odds"}
    if outcome not in odds:
        raise ValueError(f"outcome is {outcome!r}, expected one of {', '.join(odds)}")
    return {
        **{name: game[name] for name in _FROM_GAME if name in game},
        "prediction_id": str(uuid.uuid4()),
        "prediction_date": datetime.now(timezone.utc).isoformat(),
        "predicted_outcome": outcome,
        "predicted_odds": game[odds[outcome]],
        "wager": wager,
        "outcome": "Unfinished",
        "payout": 0,
        **fields,
    }
