"""Predictions and games, with values that are hard to carry over unchanged."""

import random
import struct
import sys

GAME = {
    "game_id": "g1",
    "team_a": "Arsenal",
    "team_b": "K\u00f8benhavn",
    "sport": "soccer",
    "league": "Champions League",
    "create_date": "2026-11-20T08:00:00+00:00",
    "last_update_date": "2026-11-20T08:00:00+00:00",
    "event_start_date": "2099-01-01T15:00:00+00:00",
    "active": True,
    "outcome": "3",
    "team_a_odds": 2.0,
    "team_b_odds": 3.4,
    "tie_odds": 3.25,
    "can_tie": True,
}


def game(game_id="g1", **changes):
    return {**GAME, "game_id": game_id, **changes}


def prediction(prediction_id, **changes):
    return {
        "prediction_id": prediction_id,
        "game_id": "g1",
        "miner_uid": 7,
        "prediction_date": "2026-11-21T08:00:00+00:00",
        "predicted_outcome": "K\u00f8benhavn",
        "predicted_odds": 3.4,
        "team_a": "Arsenal",
        "team_b": "K\u00f8benhavn",
        "wager": 1.0,
        "team_a_odds": 2.0,
        "team_b_odds": 3.4,
        "tie_odds": 3.25,
        "model_name": None,
        "confidence_score": 0.30000000000000004,
        "outcome": "Unfinished",
        "payout": 0.0,
        **changes,
    }


FLOATS = [1.0, -0.0, 1e-07, 0.0001, 1e16, 123456789012345680.0, 1e22, 5e-324, sys.float_info.max, 0.1 + 0.2]
INTEGERS = [0, -1, 2**53, 2**53 + 1, -(2**63), 10**400]
TEXTS = ["", "caf\u00e9", "\U0001f3c8\uffff", '"\\/\b\f\n\r\t\x00\x1f\x7f', "\u2028\u2029", "\ud83d alone"]
KEYS = ["__proto__", "constructor", "10", "9", "", "\uffff", "\U0001f600", "\u00e9", "Z", "a", "\x7f"]

AWKWARD = [
    {"floats": FLOATS},
    {"integers": INTEGERS},
    {"texts": TEXTS},
    {"keys": {key: index for index, key in enumerate(KEYS)}},
    {key: [key, {key: 1.0}] for key in KEYS},
    {"wager": 1e-07, "payout": 1e-07},
    {"wager": 2, "payout": None},
    {"wager": 1.5, "miner_uid": "7", "predicted_outcome": 1},
    {"predicted_outcome": "2", "predicted_odds": 3.25, "team_a_odds": 2},
    {"deep": [[[[{"a": [None, True, False, {}, []]}]]]]},
]


def anything(source, depth=3):
    kinds = [
        lambda: source.choice([None, True, False]),
        lambda: source.randint(-(10 ** source.randint(0, 40)), 10 ** source.randint(0, 40)),
        lambda: finite_double(source),
        lambda: text(source),
    ]
    if depth > 0:
        kinds.append(lambda: [anything(source, depth - 1) for _ in range(source.randint(0, 3))])
        kinds.append(lambda: {text(source): anything(source, depth - 1) for _ in range(source.randint(0, 3))})
    return source.choice(kinds)()


def finite_double(source):
    value = struct.unpack("<d", source.getrandbits(64).to_bytes(8, "little"))[0]
    return value if value - value == 0 else source.random()


def text(source):
    ranges = [(0, 0x7F), (0x80, 0x7FF), (0x800, 0xD7FF), (0xE000, 0xFFFF), (0x10000, 0x10FFFF)]
    return "".join(chr(source.randint(*source.choice(ranges))) for _ in range(source.randint(0, 6)))


def fuzzed(count, seed):
    source = random.Random(seed)
    return [
        prediction(f"fuzz-{index}", wager=0.25, **{f"x{text(source)}": anything(source) for _ in range(3)})
        for index in range(count)
    ]
