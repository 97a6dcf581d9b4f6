import type { Logger } from "@logtape/logtape";
import type { Clock } from "../protocol/mod.ts";

interface Window {
  readonly until: number;
  suppressed: number;
}

const mostIds = 1000;

/**
 * Warnings and errors that the outside can cause at will, logged at most once per interval for each id. Ids name causes, not
 * clients: `slow_consumer` rather than an address, or each of a thousand clients gets its own line.
 */
export class Throttle {
  readonly #clock: Clock;
  readonly #interval: number;
  readonly #windows = new Map<string, Window>();

  constructor(options: { readonly clock: Clock; readonly intervalMs?: number }) {
    this.#clock = options.clock;
    this.#interval = options.intervalMs ?? 10_000;
  }

  /** Logs the warning, with the number of those that were suppressed before it, or counts it as one of them. */
  warn(log: Logger, id: string, message: string, properties: Record<string, unknown> = {}): void {
    const shown = this.#take(id, properties);
    if (shown !== undefined) log.warning(message, shown);
  }

  /** The same for an error. */
  error(log: Logger, id: string, message: string, properties: Record<string, unknown> = {}): void {
    const shown = this.#take(id, properties);
    if (shown !== undefined) log.error(message, shown);
  }

  #take(id: string, properties: Record<string, unknown>): Record<string, unknown> | undefined {
    const now = this.#clock.elapsed();
    const last = this.#windows.get(id);
    if (last !== undefined && now < last.until) {
      last.suppressed++;
      return undefined;
    }
    this.#open(id, now);
    const suppressed = last?.suppressed ?? 0;
    return suppressed === 0 ? properties : { ...properties, suppressed };
  }

  /** Ids in the order in which their windows opened, so that the oldest is forgotten where there are too many. */
  #open(id: string, now: number): void {
    this.#windows.delete(id);
    const [oldest] = this.#windows.keys();
    if (oldest !== undefined && this.#windows.size >= mostIds) this.#windows.delete(oldest);
    this.#windows.set(id, { until: now + this.#interval, suppressed: 0 });
  }
}
