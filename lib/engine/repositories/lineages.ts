import type { Reader, Store } from "../store.ts";

/** What began when a backup was restored: the numbers that were given after it was made are given again. */
export interface Lineage {
  /** Told in receipts and at a welcome, from then on. */
  readonly id: string;
  /** The last sequence that the backup held. */
  readonly after: number;
  /** When it was restored, in milliseconds since the Unix epoch. */
  readonly at: number;
}

const key = ["lineages"] as const;

/** The lineages of a store, oldest first; none where it was never restored. */
export async function lineagesIn(reader: Reader): Promise<readonly Lineage[]> {
  return await reader.get<readonly Lineage[]>(key) ?? [];
}

/** Begins another lineage, in a store that nobody else uses. */
export async function beginLineage(store: Store, { after, at }: Omit<Lineage, "id">): Promise<Lineage> {
  const lineage: Lineage = { id: crypto.randomUUID().slice(0, 8), after, at };
  await store.transact(async (transaction) => {
    transaction.set(key, [...await lineagesIn(transaction), lineage]);
  }, { lock: "predictions" });
  return lineage;
}
