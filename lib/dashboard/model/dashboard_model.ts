import type { Clock, Timer } from "../../protocol/clock.ts";
import type { StreamData } from "../../protocol/streams.ts";
import { History, type PastMeasurements } from "./history.ts";
import { OwnStreams } from "./own_streams.ts";
import { type ReceiptList, ReceiptsLog } from "./receipts_log.ts";
import { ServerClock } from "./server_clock.ts";
import { Frames, type RequestFrame, Slice } from "./slice.ts";
import { describeStatus, type Healths, type Status } from "./status.ts";
import { type StreamHealth, StreamHealthWatch } from "./stream_health.ts";
import { type ShownStream, shownStreamNames, type Streams } from "./streams.ts";

/** What a {@link DashboardModel} works with. */
interface DashboardModelOptions {
  readonly streams: Streams;
  readonly clock: Clock;
  readonly requestFrame: RequestFrame;
  /** Asks the server for what was measured before; undefined where it cannot tell. */
  readonly loadPast: LoadPast;
}

/** How far back the charts go. */
export type ChartRange = keyof typeof chartRanges;

/** Streams whose figures have charts. */
export type ChartedStream = "network_metrics" | "gateway";

/** Asks for what was measured of a stream. */
export type LoadPast = (stream: ChartedStream, range: ChartRange) => Promise<PastMeasurements | undefined>;

/** Seconds: the span of each range, from one value to the next, and without values until it is a gap. */
export const chartRanges = {
  "1h": { span: 3600, period: 2, gap: 30 },
  "24h": { span: 86_400, period: 240, gap: 720 },
} as const;

/** In milliseconds; the newest value of the day's history is that of four minutes. */
const refreshEvery = 240_000;
const networkColumns = [
  "network_strength",
  "block_height",
  "finality_time",
  "tps",
  "bandwidth_in",
  "bandwidth_out",
];
const gatewayColumns = ["deliveries_per_second", "predictions_per_second"];
const receiptsCapacity = 200;
const tickInterval = 1000;

/** Everything that the page shows, kept up to date: bounded however long it runs, published once a frame. */
export class DashboardModel {
  /** Each stream's newest value. */
  readonly values: { readonly [Name in ShownStream]: Slice<StreamData[Name] | undefined> };
  /** The receipts of many of them. */
  readonly receipts: Slice<ReceiptList>;
  /** The operator's own. */
  readonly own: OwnStreams;
  readonly status: Slice<Status>;
  readonly health: Readonly<Record<ShownStream, Slice<StreamHealth>>>;
  /** How far back the charts go. */
  readonly range: Slice<ChartRange>;
  /** Changes when past measurements came. */
  readonly past: Slice<number>;
  readonly #histories = mapRanges((range) => ({
    network_metrics: new History({ columns: networkColumns, ...chartRanges[range] }),
    gateway: new History({ columns: gatewayColumns, ...chartRanges[range] }),
  }));
  readonly #streams: Streams;
  readonly #loadPast: LoadPast;
  readonly #clock: Clock;
  readonly #serverClock: ServerClock;
  readonly #watch = new StreamHealthWatch();
  readonly #receiptsLog = new ReceiptsLog(receiptsCapacity);
  /** What is done with a value beside showing it. */
  readonly #takes: { readonly [Name in ShownStream]?: (data: StreamData[Name], time: number) => void } = {
    network_metrics: ({ block_hash: _, ...figures }, time) =>
      this.history("network_metrics", "1h").push(time, figures),
    receipts: (data) => this.receipts.offer(this.#receiptsLog.add(data)),
    gateway: ({ deliveries_per_second, predictions_per_second }, time) =>
      this.history("gateway", "1h").push(time, { deliveries_per_second, predictions_per_second }),
  };
  #ticking: Timer | undefined;
  #refreshing: Timer | undefined;
  #connections = 0;
  /** The server sent its clients away, and there was no connection since. */
  #drained = false;

  constructor({ streams, clock, requestFrame, loadPast }: DashboardModelOptions) {
    this.#streams = streams;
    this.#loadPast = loadPast;
    this.#clock = clock;
    this.#serverClock = new ServerClock(clock);
    const frames = new Frames(requestFrame);
    this.values = mapStreams(() => new Slice<never>(frames, undefined as never));
    this.receipts = new Slice(frames, this.#receiptsLog.list);
    this.own = new OwnStreams(streams, frames);
    this.range = new Slice<ChartRange>(frames, "1h");
    this.past = new Slice(frames, 0);
    const healths = this.#judge();
    this.health = mapStreams((stream) => new Slice(frames, healths[stream]));
    this.status = new Slice(frames, this.#describe(healths));
  }

  /** Subscribes to everything; the function that it returns ends that. */
  start(): () => void {
    const stops = [
      this.#streams.onChange(() => this.#assess()),
      ...shownStreamNames.map((stream) => this.#listen(stream)),
    ];
    this.#tick();
    return () => {
      for (const stop of stops) stop();
      this.own.stop();
      this.#ticking?.cancel();
      this.#refreshing?.cancel();
    };
  }

  /** What was measured of a stream in the last hour, or day. */
  history(stream: ChartedStream, range: ChartRange): History {
    return this.#histories[range][stream];
  }

  /** Has the charts go so far back. */
  show(range: ChartRange): void {
    this.range.offer(range);
    this.#refresh(range);
  }

  #listen<Name extends ShownStream>(stream: Name): () => void {
    const take = this.#takes[stream];
    return this.#streams.subscribe(stream, ({ data, timestamp }) => {
      const at = 1000 * timestamp;
      // What the gateway says of itself is never older than its connection.
      if (stream === "gateway") this.#serverClock.set(at);
      else this.#serverClock.atLeast(at);
      this.#watch.heard(stream, at);
      take?.(data, timestamp);
      this.values[stream].offer(data);
      if (stream === "gateway" || this.health[stream].next.state !== "fresh") this.#assess();
    });
  }

  /** Connects now instead of at the next attempt. */
  retry(): void {
    this.#streams.retry();
  }

  #tick(): void {
    this.#assess();
    this.#ticking = this.#clock.after(tickInterval, () => this.#tick());
  }

  #assess(): void {
    const { snapshot } = this.#streams;
    this.own.follow();
    const { state, code } = snapshot;
    if (state === "connected") this.#watch.connected(snapshot, this.#serverClock.now());
    if (state === "connected" && this.#connections <= snapshot.reconnects) {
      // What went by meanwhile, in an outage or while the page was hidden, the server has.
      this.#connections = snapshot.reconnects + 1;
      this.#refresh("1h");
    }
    this.#drained = state !== "connected" && (this.#drained || code === "server_closing");
    const healths = this.#judge();
    for (const stream of shownStreamNames) offerChange(this.health[stream], healths[stream]);
    offerChange(this.status, this.#describe(healths));
  }

  #refresh(range: ChartRange): void {
    this.#refreshing?.cancel();
    if (this.range.next === "24h") {
      this.#refreshing = this.#clock.after(refreshEvery, () => this.#refresh("24h"));
    }
    for (const stream of ["network_metrics", "gateway"] as const) void this.#fill(stream, range);
  }

  async #fill(stream: ChartedStream, range: ChartRange): Promise<void> {
    // Without an answer the charts begin with what comes.
    const past = await this.#loadPast(stream, range).catch(() => undefined);
    if (past === undefined) return;
    this.history(stream, range).fill(past);
    this.past.offer(this.past.next + 1);
  }

  #describe(healths: Healths): Status {
    return describeStatus({
      snapshot: this.#streams.snapshot,
      healths,
      activity: this.values.gateway.next,
      drained: this.#drained,
      now: this.#clock.now(),
    });
  }

  #judge(): Healths {
    const now = this.#serverClock.now();
    return mapStreams((stream) => this.#watch.judge(stream, this.#streams.snapshot, now));
  }
}

function mapRanges<Value>(make: (range: ChartRange) => Value): Record<ChartRange, Value> {
  return { "1h": make("1h"), "24h": make("24h") };
}

function mapStreams<Value>(make: (stream: ShownStream) => Value): Record<ShownStream, Value> {
  return Object.fromEntries(shownStreamNames.map((stream) => [stream, make(stream)])) as Record<
    ShownStream,
    Value
  >;
}

/** Nothing is drawn again because a second went by. */
function offerChange<Value>(slice: Slice<Value>, value: Value): void {
  if (JSON.stringify(slice.next) !== JSON.stringify(value)) slice.offer(value);
}
