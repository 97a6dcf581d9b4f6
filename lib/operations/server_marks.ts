import { FigureRepository, type ServerMark, type Store } from "../engine/mod.ts";
import type { Clock } from "../protocol/mod.ts";
import { buildInfo, logger } from "../telemetry/mod.ts";

const log = logger("operations");
/** Milliseconds for which is kept when a server started: a day, as charts show it, and some more. */
const keptFor = 25 * 3_600_000;

/** When a server started, and when it began to drain, within the last day: over restarts, of which it is to tell. */
export class ServerMarks {
  readonly #repository: FigureRepository;
  readonly #clock: Clock;
  readonly #server: () => string;
  #marks: readonly ServerMark[] = [];

  constructor({ store, clock, server }: { store: Store; clock: Clock; server: () => string }) {
    this.#repository = new FigureRepository(store);
    this.#clock = clock;
    this.#server = server;
  }

  /** All of them, oldest first. */
  get all(): readonly ServerMark[] {
    const oldest = this.#clock.now() - keptFor;
    return this.#marks.filter(({ at }) => at >= oldest);
  }

  /** Takes over what is kept, and adds this start. */
  async start(): Promise<void> {
    this.#marks = await this.#repository.marks(this.#server());
    await this.#add("start");
  }

  /** Adds that it drains. Never rejects. */
  async drain(): Promise<void> {
    await this.#add("drain");
  }

  async #add(kind: ServerMark["kind"]): Promise<void> {
    const mark = { at: this.#clock.now(), kind, version: buildInfo.version };
    this.#marks = [...this.#marks, mark];
    try {
      await this.#repository.putMark(this.#server(), mark, keptFor);
    } catch (error) {
      log.warning("Cannot keep when the server had its {kind}: {error}", { kind, error });
    }
  }
}
