import { createHash } from "node:crypto";

/** Of a topic without messages. */
export const emptyRunningHash: Uint8Array = new Uint8Array(48);

const nanosPerSecond = 1_000_000_000n;

/**
 * SHA-384 over the hash so far, the topic's number, the message's consensus time (seconds, nanoseconds) and sequence
 * number, all big-endian, and the SHA-384 of the message: what Hedera's own running hash covers, less the payer.
 */
export function nextRunningHash(
  previous: Uint8Array,
  { topic, sequence, at, message }: { topic: number; sequence: number; at: bigint; message: string },
): Uint8Array {
  const place = new DataView(new ArrayBuffer(28));
  place.setBigUint64(0, BigInt(topic));
  place.setBigInt64(8, at / nanosPerSecond);
  place.setInt32(16, Number(at % nanosPerSecond));
  place.setBigUint64(20, BigInt(sequence));
  const digest = createHash("sha384").update(message).digest();
  return createHash("sha384").update(previous).update(new Uint8Array(place.buffer)).update(digest).digest();
}

/** Whether two hashes are the same. */
export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
