import { type AuditRecord, ConsoleRepository, type Store } from "../engine/mod.ts";
import { logger } from "../telemetry/mod.ts";

const log = logger("operations");
/** Milliseconds for which is kept what was done. */
const keptFor = 90 * 86_400_000;

/** What operators did, for three months. */
export class AuditLog {
  readonly #repository: ConsoleRepository;
  readonly #onRecord = new Set<(record: AuditRecord) => void>();

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
    try {
      await this.#repository.putAudit(record, crypto.randomUUID().slice(0, 8), keptFor);
    } catch (error) {
      log.error("Cannot write to the audit log: {action} by {actor}: {error}", { ...record, error });
    }
  }

  /** What was done before a time, in milliseconds since the Unix epoch, the newest first. */
  async before(time: number, limit: number): Promise<AuditRecord[]> {
    return await this.#repository.audit(time, limit);
  }
}
