import process from "node:process";
import { FigureRepository, type Store } from "../engine/mod.ts";
import { type Hub, takeCensus } from "../hub/mod.ts";
import type { Clock, Timer } from "../protocol/mod.ts";
import type { Streams } from "../streams/mod.ts";
import {
  type Activity,
  type Distribution,
  FigureHistory,
  type FigureName,
  type FigureSeries,
  type FigureValues,
  type HistoryPage,
  type HistoryRange,
  historyRanges,
  logger,
  networkFigures,
  ranges,
} from "../telemetry/mod.ts";
import type { Validator } from "../validator/mod.ts";
import { ServerMarks } from "./server_marks.ts";
import type { StoreSize } from "./store_size.ts";

const log = logger("operations");
const period = ranges["1h"].slot;
/** How long what is kept outlives its range, so that none goes while it is shown. */
const margin = 600_000;

/** What a {@link FigureRecorder} works with. */
interface FigureRecorderOptions {
  readonly clock: Clock;
  readonly hub: Hub;
  readonly validator: Validator;
  readonly activity: Activity;
  readonly streams: Streams;
  readonly store: Store;
  /** How large the store is. */
  readonly size: StoreSize;
  /** Under which its history is kept. */
  readonly server: () => string;
  /** Milliseconds between looks at the node while nobody listens; undefined: none. */
  readonly lookEvery: number | undefined;
}

/** Counters, which only grow but for `sent`, and what they stood at. */
interface Counts {
  readonly at: number;
  readonly deliveries: number;
  readonly websocket: number;
  readonly http: number;
  readonly accepted: number;
  readonly refused: number;
  readonly errors: number;
  readonly sent: number;
  readonly received: number;
  readonly cpuSeconds: number;
  readonly lag: Totals;
  readonly commits: Totals;
}

/** Of a distribution. */
interface Totals {
  readonly sum: number;
  readonly count: number;
}

/** Writes down every ten seconds what the gateway does and what the node said, so that charts are full when somebody looks. */
export class FigureRecorder {
  /** What happened to the server meanwhile. */
  readonly marks: ServerMarks;
  readonly #options: FigureRecorderOptions;
  readonly #repository: FigureRepository;
  readonly #history = new FigureHistory();
  #before: Counts;
  #timer: Timer | undefined;
  #lookedAt = -Infinity;
  #kept: Promise<void> = Promise.resolve();
  #failed = false;

  constructor(options: FigureRecorderOptions) {
    this.#options = options;
    this.marks = new ServerMarks(options);
    this.#repository = new FigureRepository(options.store);
    this.#before = this.#count();
  }

  /** Takes over what was kept before this start, and begins to write down. */
  async start(): Promise<void> {
    await this.marks.start();
    for (const range of historyRanges) {
      const pages = await this.#repository.list<HistoryPage>(
        this.#options.server(),
        range,
        pagesOf(range),
      );
      for (const page of pages) this.#history.restore(range, page);
    }
    this.#schedule();
  }

  /** A range of history, which ends now. */
  read(range: HistoryRange, names: readonly FigureName[]): FigureSeries {
    return this.#history.read(range, names, this.#options.clock.now());
  }

  /** Resolves when all that was to be kept so far is. */
  async settled(): Promise<void> {
    await this.#kept;
  }

  /** Writes down no more, once what is known is kept. Never rejects. */
  async stop(): Promise<void> {
    if (this.#timer === undefined) return;
    this.#timer.cancel();
    await this.marks.drain();
    const at = this.#options.clock.now();
    for (const range of historyRanges) this.#keep(range, at);
    await this.#kept;
  }

  #schedule(): void {
    const { clock } = this.#options;
    const left = period - clock.now() % period;
    const end = clock.now() + left;
    this.#timer = clock.after(left, () => {
      this.#record(end - 1);
      this.#schedule();
    });
  }

  /** What is written down was so until the slot was over: timers are late. */
  #record(at: number): void {
    this.#history.record(at, { ...this.#network(), ...this.#gateway() });
    for (const range of historyRanges) {
      if (this.#isWhole(range, at)) this.#keep(range, at);
    }
    this.#look();
    // For the next time; a database is asked for it.
    void this.#options.size.look();
  }

  /** Fine pages are kept once they are full, coarse ones with every slot. */
  #isWhole(range: HistoryRange, at: number): boolean {
    const { slot, slotsPerPage } = ranges[range];
    const span = range === "1h" ? slot * slotsPerPage : slot;
    return Math.floor((at + 1) / span) > Math.floor(at / span);
  }

  #keep(range: HistoryRange, at: number): void {
    const { slot, count } = ranges[range];
    const page = this.#history.page(range, at);
    const put = () => this.#repository.put(this.#options.server(), range, page, slot * count + margin);
    this.#kept = this.#kept.then(put).then(
      () => void (this.#failed = false),
      (error) => this.#complain(error),
    );
  }

  #complain(error: unknown): void {
    if (!this.#failed) log.warning("Cannot keep the history of figures: {error}", { error });
    this.#failed = true;
  }

  /** Charts of a node that nobody listens to would have holes. */
  #look(): void {
    const { clock, streams, lookEvery } = this.#options;
    const stream = streams.find("network_metrics");
    if (lookEvery === undefined || stream === undefined || stream.listeners > 0) return;
    if (clock.elapsed() - this.#lookedAt < lookEvery) return;
    this.#lookedAt = clock.elapsed();
    const record = () => this.#history.record(clock.now(), this.#network());
    stream.newest().then(record, () => {});
  }

  #network(): FigureValues {
    const state = this.#options.streams.find("network_metrics")?.fresh;
    if (typeof state !== "object" || state === null) return {};
    const known = Object.entries(state).filter(([name, value]) =>
      name in networkFigures && typeof value === "number"
    );
    return Object.fromEntries(known);
  }

  #gateway(): FigureValues {
    const { validator, hub, activity, size } = this.#options;
    const { bytes } = size;
    const [before, now] = [this.#before, this.#count()];
    this.#before = now;
    const seconds = Math.max(1, now.at - before.at) / 1000;
    const rate = (
      name: "deliveries" | "accepted" | "refused" | "errors" | "sent" | "received" | "cpuSeconds",
    ) => (now[name] - before[name]) / seconds;
    const submitted = now.websocket + now.http - before.websocket - before.http;
    const quantiles = activity.confirmations.quantiles(now.at, [0.99]);
    const { miners, streams, events } = hub.families();
    return {
      deliveries_per_second: rate("deliveries"),
      predictions_per_second: submitted / seconds,
      accepted_per_second: rate("accepted"),
      refused_per_second: rate("refused"),
      ...(quantiles === null ? {} : { confirmation_p99: quantiles[0] }),
      active_miners: validator.activeMiners(),
      miner_connections: miners,
      stream_connections: streams + events,
      ...(submitted === 0 ? {} : { http_share: 100 * (now.http - before.http) / submitted }),
      ...mean("loop_lag", before.lag, now.lag),
      ...mean("commit_time", before.commits, now.commits),
      memory: Deno.memoryUsage().rss,
      ...(bytes === undefined ? {} : { store_bytes: bytes }),
      cpu: 100 * rate("cpuSeconds"),
      sent_bytes_per_second: Math.max(0, rate("sent")),
      received_bytes_per_second: rate("received"),
      errors_per_second: rate("errors"),
    };
  }

  #count(): Counts {
    const { clock, hub, activity } = this.#options;
    const { results, errors, predictions } = activity;
    const { user, system } = process.cpuUsage();
    const { sent } = takeCensus(hub.connections());
    const both = (name: "accepted" | "duplicate" | "refused" | "conflict") =>
      results.websocket[name] + results.http[name];
    return {
      at: clock.elapsed(),
      deliveries: activity.deliveries,
      ...predictions,
      accepted: both("accepted") + both("duplicate"),
      refused: both("refused") + both("conflict"),
      errors: sum(Object.values(errors).flatMap((codes) => Object.values(codes))),
      sent: sum([...Object.values(activity.sent), ...Object.values(sent)].map(({ bytes }) => bytes)),
      received: sum(Object.values(activity.received).map(({ bytes }) => bytes)),
      lag: totals(activity.loopLag),
      commits: totals(activity.commits),
      cpuSeconds: (user + system) / 1e6,
    };
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function totals({ sum, count }: Distribution): Totals {
  return { sum, count };
}

/** The mean of what came in between, from seconds to milliseconds; nothing where nothing came. */
function mean(name: "loop_lag" | "commit_time", before: Totals, now: Totals): FigureValues {
  const count = now.count - before.count;
  return count === 0 ? {} : { [name]: 1000 * (now.sum - before.sum) / count };
}

function pagesOf(range: HistoryRange): number {
  const { count, slotsPerPage } = ranges[range];
  return Math.ceil(count / slotsPerPage) + 1;
}
