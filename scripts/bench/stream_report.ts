import type { BenchResult } from "./context.ts";
import { type Figure, formatNumber } from "./figure.ts";
import { mean, median, percentile } from "../../lib/telemetry/mod.ts";

/** What one measurement of one kind of server brought. */
export interface Taken {
  /** Published; every client got each of them. */
  readonly messages: number;
  /** That came in at all clients together. */
  readonly frames: number;
  readonly bytes: number;
  /** Milliseconds from the beginning of a second until everybody had what came in it. */
  readonly delays: readonly number[];
  /** Microseconds of the server's CPU. */
  readonly perDelivery: number;
  /** Microseconds of the server's CPU per message, with a single client. */
  readonly intake: number;
}

const formats = ["plain", "batch", "deflate"] as const;
type Format = typeof formats[number];

/** Measurements by format, and those of the bare loop, round by round. */
export type Measured = Readonly<Record<Format | "bare", readonly Taken[]>>;

/** How it was measured; `seconds` are those of the streams' time. */
interface Setting {
  readonly subscribers: number;
  readonly seconds: number;
}

const goal = 1.05;
const bareLoop = "bare Deno.upgradeWebSocket loop, the same messages in the same moments";

/** Figures and notes of the scenario `streams`. */
export function reportStreams(measured: Measured, setting: Setting): BenchResult {
  const tables = [deliveryFigures, sizeFigures, intakeFigures, delayFigures];
  return {
    figures: tables.flatMap((figures) => figures(measured, setting)),
    notes: [
      ...(["batch", "deflate"] as const).map((format) => describeSavings(measured, format, setting)),
      `streams: ${setting.subscribers} subscribers of all four streams to each of four servers; the gateway's clock ` +
      `runs as fast as deliveries go, ${setting.seconds} s in ${measured.plain.length} rounds by turns; the cost of ` +
      "polling and encoding comes from a server of the same kind with one client, and is not part of the cost per " +
      "delivery; of 50 clients one reads all, inflates it, and sees that no offset is missing; bytes are of " +
      "WebSocket frames with their headers, without TCP's and IP's",
    ],
  };
}

function deliveryFigures({ bare, ...ours }: Measured): Figure[] {
  return formats.map((format) => {
    const ratio = perRound(ours[format], bare, ({ perDelivery }) => perDelivery);
    return {
      name: `CPU per delivery, ${format}`,
      value: median(ours[format].map(({ perDelivery }) => perDelivery)),
      unit: "µs",
      baseline: median(bare.map(({ perDelivery }) => perDelivery)),
      ratio,
      ...(format === "plain" ? { against: bareLoop, goal: `at most ${goal}`, ...reachedBy(ratio) } : {}),
    };
  });
}

function reachedBy(ratio: number): Pick<Figure, "reached"> {
  return Number.isNaN(ratio) ? {} : { reached: ratio <= goal };
}

function sizeFigures({ bare, ...ours }: Measured, { subscribers }: Setting): Figure[] {
  const per = (key: "bytes" | "frames", taken: readonly Taken[]) =>
    sum(taken, key) / sum(taken, "messages") / subscribers;
  const figure = (key: "bytes" | "frames", format: Format): Figure => {
    const [value, baseline] = [per(key, ours[format]), per(key, bare)];
    return { name: `${key} per message, ${format}`, value, unit: "", baseline, ratio: value / baseline };
  };
  return [...formats.map((format) => figure("bytes", format)), figure("frames", "batch")];
}

function intakeFigures({ bare, ...ours }: Measured): Figure[] {
  return formats.map((format) => ({
    name: `CPU to poll and encode, ${format}`,
    value: mean(ours[format].map(({ intake }) => intake)),
    unit: "µs",
    baseline: mean(bare.map(({ intake }) => intake)),
    ...(format === "plain" ? { against: "reading the messages from a pipe" } : {}),
  }));
}

function delayFigures({ bare, ...ours }: Measured): Figure[] {
  const at = (share: number, taken: readonly Taken[]) =>
    percentile(taken.flatMap(({ delays }) => delays), share);
  return formats.flatMap((format) =>
    [0.5, 0.99].map((share) => {
      const [value, baseline] = [at(share, ours[format]), at(share, bare)];
      const name = `until all have it, p${100 * share}, ${format}`;
      return { name, value, unit: "ms", baseline, ratio: value / baseline };
    })
  );
}

function describeSavings(
  { plain, batch, deflate }: Measured,
  format: "batch" | "deflate",
  { subscribers }: Setting,
): string {
  const taken = { batch, deflate }[format];
  const saved = (ratio: number) => Number.isNaN(ratio) ? "some" : `${Math.round(100 * (1 - ratio))} %`;
  const cpu = perRound(taken, plain, ({ perDelivery }) => perDelivery);
  const bytes = sum(taken, "bytes") / sum(plain, "bytes");
  const messages = formatNumber(subscribers * sum(taken, "messages"));
  return `streams: ${format} saves ${saved(cpu)} of the CPU and ${saved(bytes)} of the bytes of plain: ` +
    `${messages} messages in ${formatNumber(sum(taken, "frames"))} frames`;
}

/**
 * The middle one of the rounds' ratios. The kernel counts CPU time in ticks of 10 ms: a base that took none says nothing.
 */
function perRound(taken: readonly Taken[], bases: readonly Taken[], read: (taken: Taken) => number): number {
  return median(taken.flatMap((one, round) => {
    const base = bases[round];
    return base === undefined || read(base) <= 0 ? [] : read(one) / read(base);
  }));
}

function sum(taken: readonly Taken[], key: "bytes" | "frames" | "messages"): number {
  return taken.reduce((sum, one) => sum + one[key], 0);
}
