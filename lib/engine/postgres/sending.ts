import type { Settled } from "./postgres_transaction.ts";
import { DatabaseFailure } from "./failure.ts";
import type { Session } from "./session.ts";
import { arrayOf, type Statements } from "./statements.ts";

/** Locks that keys share, for transactions that name none; and what tells them from those of other programs. */
const [buckets, bucketClass] = [64, 0x48454c49];
type Sent = Promise<unknown>;

/**
 * Keeps others out that read or write the same without a lock, and fails where something that was read has changed.
 */
export function guard(
  session: Session,
  { lockBuckets, assertUnchanged }: Statements,
  settled: Settled,
): Sent[] {
  const { reads, writes } = settled;
  const locks = [...new Set([...reads, ...writes].map(({ key }) => bucketOf(key)))].toSorted((a, b) => a - b);
  if (locks.length === 0) return [];
  const locked = session.run(lockBuckets, String(bucketClass), arrayOf(locks));
  if (reads.length === 0) return [locked];
  const [keys, versions] = [reads.map(({ key }) => key), reads.map(({ version }) => version)];
  return [locked, session.run(assertUnchanged, arrayOf(keys), arrayOf(versions))];
}

/**
 * Writes what a transaction comes to; what is appended to the log comes last, since all wait for each other there.
 *
 * @param server the one that does it
 */
export function write(
  session: Session,
  statements: Statements,
  { writes, additions, forgotten }: Settled,
  server: string,
): Sent[] {
  const sent: Sent[] = [];
  const deleted = writes.filter(({ json }) => json === undefined);
  const kept = writes.filter(({ json }) => json !== undefined);
  if (deleted.length > 0) sent.push(session.run(statements.delete, arrayOf(deleted.map(({ key }) => key))));
  if (kept.length > 0) {
    sent.push(session.run(
      statements.set,
      arrayOf(kept.map(({ key }) => key)),
      `[${kept.map(({ json }) => json).join(",")}]`,
      newVersion(),
      arrayOf(kept.map(({ expireIn }) => expireIn === undefined ? null : Math.ceil(expireIn))),
    ));
  }
  if (forgotten.length > 0) {
    for (const statement of [statements.dropEntries, statements.dropChannels]) {
      sent.push(session.run(statement, arrayOf(forgotten)));
    }
  }
  if (additions.length > 0) sent.push(session.run(statements.append, ...appended(additions, server)));
  return sent;
}

/** Writes an entry of the log as it was elsewhere, at its time there. */
export function adopt(
  session: Session,
  statements: Statements,
  addition: Settled["additions"][number],
  { at, server }: { readonly at: number; readonly server: string },
): Sent {
  return session.run(statements.adopt, ...appended([addition], server), String(at));
}

function appended(additions: Settled["additions"], server: string): string[] {
  return [
    arrayOf(additions.map(({ channel }) => channel)),
    arrayOf(additions.map(({ before }) => String(before))),
    arrayOf(additions.map(({ entries }) => entries.length)),
    server,
    `[${additions.flatMap(({ entries }) => entries).join(",")}]`,
  ];
}

/** Commits. What it resolves to is kept, wherever the database's settings say. */
export async function commit(session: Session): Promise<void> {
  const { tag } = await session.run("commit");
  if (tag !== "COMMIT") throw new DatabaseFailure("the transaction was rolled back", "refused");
  if (session.takeWarning()) {
    throw new DatabaseFailure("nobody knows whether what was written has reached a standby", "unknown");
  }
}

/** A version that no other transaction has, be it kept or not. */
function newVersion(): string {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return String((BigInt(high >>> 1) << 32n) | BigInt(low));
}

/** FNV-1a. */
function bucketOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % buckets;
}
