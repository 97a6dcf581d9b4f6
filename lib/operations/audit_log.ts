import { type AuditRecord, ConsoleRepository, type Store } from "../engine/mod.ts";
import { logger } from "../telemetry/mod.ts";

const log = logger("operations");
/** Milliseconds for which is kept what was done. */
const keptFor = 90 * 86_400_000;

/** Milliseconds for which what is refused again stands in one row, and how many addresses have rows of their own. */
const [foldedFor, foldedAddresses] = [3_600_000, 100];
/** Whose rows come after those. */
const manyAddresses = "many addresses";

/** A row that grows. */
interface Folded {
  readonly number: string;
  record: AuditRecord & { readonly count: number };
  /** Resolves when all that was to be kept of it so far is. */
  kept: Promise<void>;
  keptCount: number;
}

/** What operators did, for three months. */
export class AuditLog {
  readonly #repository: ConsoleRepository;
  readonly #onRecord = new Set<(record: AuditRecord) => void>();
  /** What was refused in the last hour. */
  readonly #folded = new Map<string, Folded>();
  #count = 0;

  constructor(store: Store) {
    this.#repository = new ConsoleRepository(store);
  }

  /** Calls `run` with everything that is written down. */
  onRecord(run: (record: AuditRecord) => void): void {
    this.#onRecord.add(run);
  }

  /** Writes down what was done; what was done is not undone where that fails. */
  async record(record: AuditRecord): Promise<void> {
    for (const run of this.#onRecord) run(record);
    await this.#put(record, this.#newNumber());
  }

  /** Records an attempt that was refused: those of an hour stand in one row, so that guesses do not fill the store. */
  async recordRefused(record: AuditRecord): Promise<void> {
    const folded = this.#fold(record);
    for (const run of this.#onRecord) run(folded.record);
    folded.kept = folded.kept.then(async () => {
      // What comes while it is written is written together.
      if (folded.keptCount === folded.record.count) return;
      folded.keptCount = folded.record.count;
      await this.#put(folded.record, folded.number);
    });
    await folded.kept;
  }

  /** Orders what this server records in one moment, and differs from what other servers record in it. */
  #newNumber(): string {
    return `${String(this.#count += 1).padStart(12, "0")} ${crypto.randomUUID().slice(0, 8)}`;
  }

  #fold(record: AuditRecord): Folded {
    for (const [key, { record: { at } }] of this.#folded) {
      if (record.at - at >= foldedFor) this.#folded.delete(key);
    }
    const known = this.#folded.get(keyOf(record));
    if (known === undefined && this.#folded.size >= foldedAddresses && record.address !== manyAddresses) {
      return this.#fold({ ...record, address: manyAddresses });
    }
    const folded = known ??
      { number: this.#newNumber(), record: { ...record, count: 0 }, kept: Promise.resolve(), keptCount: 0 };
    const { count } = folded.record;
    folded.record = { ...folded.record, count: count + 1, ...(count === 0 ? {} : { lastAt: record.at }) };
    this.#folded.set(keyOf(record), folded);
    return folded;
  }

  async #put(record: AuditRecord, number: string): Promise<void> {
    try {
      await this.#repository.putAudit(record, number, keptFor);
    } catch (error) {
      log.error("Cannot write to the audit log: {action} by {actor}: {error}", { ...record, error });
    }
  }

  /** What was done before a time, in milliseconds since the Unix epoch, the newest first. */
  async before(time: number, limit: number): Promise<AuditRecord[]> {
    return await this.#repository.audit(time, limit);
  }
}

function keyOf({ actor, action, address }: Pick<AuditRecord, "actor" | "action" | "address">): string {
  return `${actor} ${action} ${address}`;
}
