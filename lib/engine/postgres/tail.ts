import { type Clock, sleep } from "../../protocol/mod.ts";
import type { ChannelEntry } from "../log.ts";
import type { Doorbell } from "./doorbell.ts";
import type { Run } from "./postgres_transaction.ts";
import type { Answer } from "./session.ts";
import { arrayOf, type Statements } from "./statements.ts";
import { decode } from "./values.ts";

/** Milliseconds between two looks at the log, should nobody ring, and at least, however many ring. */
const [pollInterval, leastInterval] = [500, 10];
/** Entries that are looked at together. */
const page = 500;

/** What a {@link Tail} works with. */
interface TailOptions {
  readonly run: Run;
  /** Waits until what was read is kept as the settings in its answer say. */
  readonly assure: (answer: Answer) => Promise<void>;
  readonly statements: Statements;
  readonly doorbell: Doorbell;
  readonly clock: Clock;
  /** What this server appends is not told here. */
  readonly server: string;
}

/** Reads the log of all channels in the order of the commits, from where it stands at the beginning. */
export class Tail implements Disposable {
  readonly #options: TailOptions;
  readonly #ear: Disposable;
  #position: bigint;
  #wake = new AbortController();
  #lookedAt = -Infinity;
  /** Up to when it knows of everything. */
  #knownAt: number;

  private constructor(options: TailOptions, position: bigint) {
    this.#options = options;
    this.#position = position;
    this.#knownAt = options.clock.elapsed();
    this.#ear = options.doorbell.listen(() => this.#wake.abort());
  }

  static async open(options: TailOptions): Promise<Tail> {
    const { rows: [end] } = await options.run(options.statements.end);
    return new Tail(options, BigInt(String(end?.["position"])));
  }

  /** Milliseconds since it last knew of everything. */
  get behind(): number {
    return this.#options.clock.elapsed() - this.#knownAt;
  }

  /**
   * What others have appended since the last call to the channels that are wanted, once there may be something; "anew"
   * where some of it may be kept no more.
   */
  async next(
    wanted: (channel: string) => boolean,
    signal: AbortSignal,
  ): Promise<readonly ChannelEntry[] | "anew"> {
    await this.#wait(signal);
    if (signal.aborted) return [];
    this.#wake = new AbortController();
    try {
      return await this.#read(wanted);
    } catch {
      // It reads on from there once the database answers again, and whoever asked it says that it does not.
      return [];
    }
  }

  [Symbol.dispose](): void {
    this.#ear[Symbol.dispose]();
  }

  async #read(wanted: (channel: string) => boolean): Promise<readonly ChannelEntry[] | "anew"> {
    const { run, assure, statements, server, clock } = this.#options;
    const now = clock.elapsed();
    const answer = await run(statements.advances, String(this.#position), String(page), server);
    const { rows } = answer;
    const [end, swept] = [rows[0]?.["end"], rows[0]?.["swept"]].map((text) => BigInt(String(text))) as [
      bigint,
      bigint,
    ];
    if (swept > this.#position || end < this.#position) {
      this.#position = end;
      this.#knownAt = now;
      return "anew";
    }
    const advances = rows.filter(({ position }) => position !== null);
    if (end > this.#position) await assure(answer);
    const positions = advances.filter(({ channel }) => wanted(String(channel)))
      .map(({ position }) => String(position));
    const entries = positions.length === 0 ? [] : (await run(statements.entriesAt, arrayOf(positions))).rows;
    const isAll = advances.length < page;
    this.#position = isAll ? end : BigInt(String(advances.at(-1)?.["position"]));
    if (isAll) this.#knownAt = now;
    else this.#wake.abort();
    return entries.map(({ channel, offset, at, data }) => ({
      channel: String(channel),
      offset: Number(offset),
      at: Number(at),
      data: decode(String(data)),
    }));
  }

  async #wait(signal: AbortSignal): Promise<void> {
    const wake = this.#wake;
    const stop = () => wake.abort();
    signal.addEventListener("abort", stop);
    await sleep(this.#options.clock, pollInterval, wake.signal);
    signal.removeEventListener("abort", stop);
    const { clock } = this.#options;
    await sleep(clock, this.#lookedAt + leastInterval - clock.elapsed(), signal);
    this.#lookedAt = clock.elapsed();
  }
}
