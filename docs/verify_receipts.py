#!/usr/bin/env python3
"""Checks a validator's receipts: python3 verify_receipts.py FILE VALIDATOR

FILE holds one signed confirmation on each line, or what `heliograph miner` printed. The chain needs Python's standard
library alone; signatures the package heliograph (sdk/python), py-sr25519-bindings or a Bittensor wallet. Exit code:
0 sound; 1 not sound; 2 unusable; 3 signatures were NOT CHECKED: the chain is sound, but all of it may be forged.
"""
import hashlib
import importlib
import json
import sys

DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def sha256(value):
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def public_key(address):
    number = sum(DIGITS.find(digit) * 58**place for place, digit in enumerate(reversed(address[:48])))
    data = max(number, 0).to_bytes(36, "big")[1:]
    if not set(address) <= set(DIGITS) or len(address) > 48 or data[0] != 42 or hashlib.blake2b(b"SS58PRE" + data[:33]).digest()[:2] != data[33:]:
        raise ValueError(f"{address} is no SS58 address with prefix 42")
    return data[1:33]


def find_verifier(address):
    """The name of a module that knows sr25519, and what checks the validator's signatures with it."""
    key = public_key(address)
    for name in ("sr25519", "heliograph.sr25519", "substrateinterface", "bittensor_wallet"):
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        if name == "sr25519":
            return name, lambda text, signature: module.verify(signature, text, key)
        if name == "heliograph.sr25519":
            return name, lambda text, signature: module.verify(text, signature, key)
        return name, module.Keypair(ss58_address=address).verify
    return None, lambda text, signature: True


def is_signed(message, validator, verify):
    signature = bytes.fromhex(message.pop("signature").removeprefix("0x"))
    text = json.dumps(message, sort_keys=True).encode()
    if message["sender"] != validator or message["type"] != "confirmation" or len(signature) != 64:
        return False
    return any(verify(form, signature) for form in (text, b"<Bytes>" + text + b"</Bytes>"))


def read(lines, validator, verify, problems):
    """The receipts in a file by miner, each as line, lineage, hash of the one before it and hash of itself."""
    chains = {}
    for number, line in enumerate(lines, 1):
        try:
            message = json.loads(line) if line.strip() else {"event": ""}
            if "event" in message:
                message = json.loads(message.get("signed", "null"))
            if message is None:
                continue
            if not is_signed(message, validator, verify):
                problems.append(f"line {number}: not signed by {validator}")
            elif message["data"]["status"] == "success":
                miner, receipt = message["data"].get("hotkey", ""), message["data"]["receipt"]
                entry = number, receipt.get("lineage"), receipt["previous"], sha256(receipt)
                chains.setdefault(miner, []).append(entry)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            problems.append(f"line {number}: no signed confirmation ({type(error).__name__})")
    return chains


def check(chain, problems):
    standing, lineages, seen = ["0" * 64], [], set()
    for number, lineage, previous, digest in chain:
        if digest in seen:  # the prediction was sent again, and got its first receipt again
            continue
        is_new = lineage not in lineages
        if is_new and lineages and previous in standing[:-1]:
            kept = standing.index(previous) + 1
            print(f"line {number}: the validator restored a backup, {len(standing) - kept} receipts above count no more")
            del standing[kept:]
        elif previous != standing[-1] or not is_new and lineage != lineages[-1]:
            problems.append(f"line {number}: the receipt does not follow the one before it in this file")
        lineages += [lineage] if is_new else []
        standing.append(digest)
        seen.add(digest)


def main(path, validator):
    (name, verify), problems = find_verifier(validator), []
    with open(path, encoding="utf-8", errors="replace") as lines:
        chains = read(lines, validator, verify, problems)
    for chain in chains.values():
        check(chain, problems)
    print(*problems, f"receipts: {sum(map(len, chains.values()))} of {len(chains)} miners", sep="\n")
    print("signatures:", f"checked with {name}" if name else "NOT CHECKED, no module for them is installed")
    return 1 if problems else 2 if not chains else 0 if name else 3


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except (OSError, TypeError, ValueError) as error:
        print(__doc__ if len(sys.argv) < 3 else error, file=sys.stderr)
        sys.exit(2)
