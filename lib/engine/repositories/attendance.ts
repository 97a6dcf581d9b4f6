import type { Store, Transaction } from "../store.ts";

/** At which server a miner has connected last, and whether it has proved there who it is. */
export interface AttendanceRecord {
  readonly server: string;
  readonly isProven: boolean;
}

/** What the names of the channels begin with, before its hotkey, that tell whenever a miner has gone to another server. */
export const attendancePrefix = "attendance/";

/** Where miners are, on all servers of the store. */
export class AttendanceRepository {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Where these miners have connected last, in the order asked for; null for one that never has. */
  async list(hotkeys: readonly string[]): Promise<(AttendanceRecord | null)[]> {
    return await this.#store.getMany<AttendanceRecord>(hotkeys.map(keyOf));
  }

  /** Has `work` done in a transaction of its own. */
  async transact(work: (transaction: Transaction) => Promise<void>): Promise<void> {
    await this.#store.transact(work);
  }
}

/**
 * Has a miner be at a server from this transaction on. Answers where it stays instead, when it is at another one from which
 * it may not go.
 */
export async function attend(
  transaction: Transaction,
  hotkey: string,
  { here, mayLeave }: {
    readonly here: AttendanceRecord;
    readonly mayLeave: (there: AttendanceRecord) => boolean;
  },
): Promise<AttendanceRecord | undefined> {
  const key = keyOf(hotkey);
  const there = await transaction.get<AttendanceRecord>(key);
  const isElsewhere = there !== null && there.server !== here.server;
  if (isElsewhere && !mayLeave(there)) return there;
  if (isElsewhere) await transaction.append(attendancePrefix + hotkey, null);
  if (isElsewhere || there?.isProven !== here.isProven) transaction.set(key, here);
  return undefined;
}

function keyOf(hotkey: string) {
  return ["attendance", hotkey] as const;
}
