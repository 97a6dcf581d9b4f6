import type { Clock, Timer } from "../../protocol/mod.ts";
import type { HistoryLimits } from "../log.ts";
import type { Run } from "./postgres_transaction.ts";
import type { Statements } from "./statements.ts";

/** Milliseconds between two rounds, and rows that one statement removes. */
const [interval, atOnce] = [60_000, 1000];

/** What a {@link Sweeper} works with. */
interface SweeperOptions {
  readonly run: Run;
  readonly statements: Statements;
  readonly clock: Clock;
  readonly history: HistoryLimits;
}

/**
 * Removes what has expired, and what the log keeps no more: not while transactions wait for it. Whoever follows the log has
 * a round to read an entry.
 */
export class Sweeper {
  readonly #options: SweeperOptions;
  /** Where the log ended at the last round. */
  #mark: string | undefined;
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(options: SweeperOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#isClosed) return;
    this.#timer = this.#options.clock.after(interval, () => {
      this.#sweep().catch(() => {
        // Where the database does not answer, others say so.
      }).finally(() => this.start());
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  async #sweep(): Promise<void> {
    const { run, statements, history: { size, ttl } } = this.#options;
    await this.#all(statements.expire);
    if (this.#mark !== undefined) {
      await this.#all(statements.sweepOld, this.#mark, String(ttl));
      await this.#all(statements.sweepMany, this.#mark, String(size));
    }
    this.#mark = String((await run(statements.end)).rows[0]?.["position"]);
  }

  async #all(statement: string, ...parameters: string[]): Promise<void> {
    while (!this.#isClosed && (await this.#options.run(statement, ...parameters, String(atOnce))).count > 0);
  }
}
