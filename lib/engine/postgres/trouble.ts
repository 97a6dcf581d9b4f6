import { logger } from "../../telemetry/mod.ts";
import { DatabaseFailure } from "./failure.ts";

const log = logger("store");
const kinds = ["write", "read"] as const;

/** What the database is asked to do. */
type Act = (typeof kinds)[number];

/** What is wrong with the database, as those found it who asked it last. It is logged when it begins and when it is over. */
export class Trouble {
  readonly #failures = new Map<Act, string>();

  /** In words; undefined while all is well. */
  get words(): string | undefined {
    return kinds.map((kind) => this.#failures.get(kind)).find((words) => words !== undefined);
  }

  /** Notes how something goes. */
  async watch<T>(kind: Act, act: () => Promise<T>): Promise<T> {
    try {
      const result = await act();
      this.#settle(kind);
      return result;
    } catch (error) {
      if (error instanceof DatabaseFailure && error.kind !== "conflict") this.#note(kind, error);
      throw error;
    }
  }

  /** One that writes could read as well. */
  #settle(kind: Act): void {
    if (this.words === undefined) return;
    if (kind === "write") this.#failures.clear();
    else this.#failures.delete(kind);
    if (this.words === undefined) log.info("The database does its work again");
  }

  #note(kind: Act, { message }: DatabaseFailure): void {
    if (this.words === undefined) log.error("The database does not do its work: {message}", { message });
    this.#failures.set(kind, `the database: ${message}`);
  }
}
