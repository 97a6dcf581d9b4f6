"""What a chain's storage holds of a subnet, and what its runtime answers, encoded from the chain's description alone.

Reads {"netuid", "neurons": [{"key", "permit", "stake", "axon"?, "commitment"?}]} from standard input, keys in hex, and
prints {"storage": {key: value}, "selective": answer}. Nothing here is shared with the program that is tested.
"""
import hashlib
import json
import sys

MASK = (1 << 64) - 1
PRIMES = (11400714785074694791, 14029467366897019727, 1609587929392839161, 9650029242287828579, 2870177450012600261)


def rotate(x, by):
    return ((x << by) | (x >> (64 - by))) & MASK


def mix(lane, word):
    return (rotate((lane + word * PRIMES[1]) & MASK, 31) * PRIMES[0]) & MASK


def xxh64(data, seed):
    p1, p2, p3, p4, p5 = PRIMES
    at = 0
    if len(data) >= 32:
        lanes = [(seed + p1 + p2) & MASK, (seed + p2) & MASK, seed, (seed - p1) & MASK]
        while at + 32 <= len(data):
            for lane in range(4):
                lanes[lane] = mix(lanes[lane], int.from_bytes(data[at + 8 * lane:at + 8 * lane + 8], "little"))
            at += 32
        total = sum(rotate(lane, by) for lane, by in zip(lanes, (1, 7, 12, 18))) & MASK
        for lane in lanes:
            total = ((total ^ mix(0, lane)) * p1 + p4) & MASK
    else:
        total = (seed + p5) & MASK
    total = (total + len(data)) & MASK
    while at + 8 <= len(data):
        total = (rotate(total ^ mix(0, int.from_bytes(data[at:at + 8], "little")), 27) * p1 + p4) & MASK
        at += 8
    if at + 4 <= len(data):
        word = int.from_bytes(data[at:at + 4], "little")
        total = (rotate(total ^ (word * p1 & MASK), 23) * p2 + p3) & MASK
        at += 4
    for byte in data[at:]:
        total = (rotate(total ^ (byte * p5 & MASK), 11) * p1) & MASK
    for shift, prime in ((33, p2), (29, p3)):
        total = ((total ^ (total >> shift)) * prime) & MASK
    return total ^ (total >> 32)


def twox(data, words):
    return b"".join(xxh64(data, seed).to_bytes(8, "little") for seed in range(words))


def item(pallet, name):
    return twox(pallet.encode(), 2) + twox(name.encode(), 2)


def u16(value):
    return value.to_bytes(2, "little")


def compact(value):
    if value < 1 << 6:
        return (value << 2).to_bytes(1, "little")
    if value < 1 << 14:
        return (value << 2 | 1).to_bytes(2, "little")
    if value < 1 << 30:
        return (value << 2 | 2).to_bytes(4, "little")
    length = max(4, (value.bit_length() + 7) // 8)
    return bytes([(length - 4) << 2 | 3]) + value.to_bytes(length, "little")


def vector(items):
    return compact(len(items)) + b"".join(items)


def axon_info(axon):
    return (
        axon.get("block", 1).to_bytes(8, "little") + axon.get("version", 0).to_bytes(4, "little")
        + int(axon["ip"]).to_bytes(16, "little") + u16(axon["port"])
        + bytes([axon.get("ip_type", 4), axon.get("protocol", 4), 0, 0])
    )


def registration(text, block=1):
    """Registration { deposit: u64, block: u32, info: CommitmentInfo { fields: BoundedVec<Data> } }."""
    raw = text.encode()
    return (0).to_bytes(8, "little") + block.to_bytes(4, "little") + vector([bytes([len(raw) + 1]) + raw])


def selective(netuid, neurons):
    fields = {
        52: vector([bytes.fromhex(n["key"]) for n in neurons]),
        57: vector([bytes([n["permit"]]) for n in neurons]),
        69: vector([compact(n["stake"]) for n in neurons]),
    }
    body = b"".join(b"\1" + fields[at] if at in fields else b"\0" for at in range(1, 74))
    return b"\1" + compact(netuid) + body


def storage(netuid, neurons):
    kept = {
        item("SubtensorModule", "SubnetworkN") + u16(netuid): u16(len(neurons)),
        item("SubtensorModule", "ValidatorPermit") + u16(netuid): vector([bytes([n["permit"]]) for n in neurons]),
    }
    for uid, neuron in enumerate(neurons):
        key = bytes.fromhex(neuron["key"])
        kept[item("SubtensorModule", "Keys") + u16(netuid) + u16(uid)] = key
        concat = hashlib.blake2b(key, digest_size=16).digest() + key
        kept[item("SubtensorModule", "Uids") + u16(netuid) + concat] = u16(uid)
        if "axon" in neuron:
            kept[item("SubtensorModule", "Axons") + u16(netuid) + concat] = axon_info(neuron["axon"])
        if "commitment" in neuron:
            place = item("Commitments", "CommitmentOf") + u16(netuid) + twox(key, 1) + key
            kept[place] = registration(neuron["commitment"])
    return kept


wanted = json.load(sys.stdin)
kept = storage(wanted["netuid"], wanted["neurons"])
print(json.dumps({
    "storage": {"0x" + key.hex(): "0x" + value.hex() for key, value in kept.items()},
    "selective": "0x" + selective(wanted["netuid"], wanted["neurons"]).hex(),
}))
