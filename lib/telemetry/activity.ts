import type { PredictionRefusal } from "../protocol/mod.ts";
import { Distribution, Latencies, RecentCounts } from "./statistics.ts";
import {
  closeCodes,
  endedJobStatuses,
  enders,
  engineCloseReasons,
  errorCodes,
  evictionReasons,
  families,
  labelOf,
  pollResults,
  predictionRefusals,
  predictionResults,
  refusalReasons,
  signatureOperations,
  statusClasses,
  streamLabels,
  transports,
  ways,
} from "./label_values.ts";
import { metricTable as table } from "./metric_table.ts";

const minute = 60_000;

/** A member for each of the values. */
function each<Value extends string, T>(values: readonly Value[], make: () => T): Record<Value, T> {
  return Object.fromEntries(values.map((value) => [value, make()])) as Record<Value, T>;
}

const zeros = <Value extends string>(values: readonly Value[]) => each(values, () => 0);
const distribution = ({ buckets }: { readonly buckets: readonly number[] }) => new Distribution(buckets);

/** Messages one way, and what they take. */
export class Traffic {
  messages = 0;
  bytes = 0;

  add(messages: number, bytes: number): void {
    this.messages += messages;
    this.bytes += bytes;
  }
}

/**
 * What a gateway has done since its start: plain numbers, counted where it happens and read by those who show them. All that
 * `/metrics` shows as a counter or a histogram is here.
 */
export class Activity {
  /** Publications handed to connections. */
  deliveries = 0;
  /** On connections that are over; open ones count for themselves, since that happens at every delivery. */
  readonly sent = each(families, () => new Traffic());
  readonly received = each(families, () => new Traffic());
  readonly accepted = zeros(transports);
  readonly refused = zeros(refusalReasons);
  readonly closed = each(enders, () => zeros(closeCodes));
  readonly evictions = zeros(evictionReasons);
  readonly slowConsumers = zeros(families);
  readonly errors = each(ways, () => zeros(errorCodes));
  readonly responses = zeros(statusClasses);
  /** Seconds. */
  readonly heartbeats = distribution(table.heliograph_heartbeat_round_trip_seconds);
  /** Seconds. */
  readonly loopLag = distribution(table.heliograph_event_loop_lag_seconds);

  /** Predictions taken in, by the way they came. */
  readonly predictions = zeros(ways);
  readonly results = each(ways, () => zeros(predictionResults));
  readonly refusedPredictions = zeros(predictionRefusals);
  /** What became of them in the last minute. */
  readonly recentVerdicts = new RecentCounts<"accepted" | PredictionRefusal>(minute);
  /** From a prediction's arrival to its signed confirmation, over the last minute. */
  readonly confirmations = new Latencies(minute);
  /** The same since the start, in seconds. */
  readonly confirmationLatency = distribution(table.heliograph_confirmation_latency_seconds);
  /** Seconds. */
  readonly signatures = each(
    signatureOperations,
    () => distribution(table.heliograph_signature_duration_seconds),
  );
  /** Seconds. */
  readonly commits = distribution(table.heliograph_commit_duration_seconds);
  readonly commitSizes = distribution(table.heliograph_commit_predictions);
  commitFailures = 0;

  readonly polls = each(streamLabels, () => zeros(pollResults));
  /** Seconds. */
  readonly pollDurations = each(
    streamLabels,
    () => distribution(table.heliograph_upstream_poll_duration_seconds),
  );

  /** Errors and rejections that nothing handled. */
  unhandledFaults = 0;

  jobsStarted = 0;
  readonly jobsEnded = zeros(endedJobStatuses);
  readonly engineCloses = zeros(engineCloseReasons);

  /** Counts a connection that was refused, for a reason that may be any text. */
  refuse(reason: string): void {
    this.refused[labelOf(refusalReasons, reason, "other")] += 1;
  }

  /** Counts a connection's end, with a code that may be any number. */
  close(by: typeof enders[number], code: number): void {
    this.closed[by][labelOf(closeCodes, String(code), "other")] += 1;
  }

  /** Counts an error that a client was told of, with a code that may be any text. */
  fail(way: typeof ways[number], code: string): void {
    this.errors[way][labelOf(errorCodes, code, "other")] += 1;
  }

  /** Counts a prediction that was accepted, now or before, at a moment of the clock's `elapsed`. */
  acceptPrediction(way: typeof ways[number], result: "accepted" | "duplicate", now: number): void {
    this.results[way][result] += 1;
    this.recentVerdicts.add(now, "accepted");
  }

  /** Counts a prediction that was refused. */
  refusePrediction(way: typeof ways[number], reason: PredictionRefusal, now: number): void {
    this.results[way][reason === "conflict" ? "conflict" : "refused"] += 1;
    this.refusedPredictions[reason] += 1;
    this.recentVerdicts.add(now, reason);
  }

  /** Counts an HTTP answer. */
  respond(status: number): void {
    const first = labelOf(statusClasses, `${Math.floor(status / 100)}xx`, "5xx");
    this.responses[first] += 1;
  }

  /** Counts a poll for a stream of any name, which took `seconds`. */
  poll(stream: string, result: typeof pollResults[number], seconds: number): void {
    const label = labelOf(streamLabels, stream, "other");
    this.polls[label][result] += 1;
    this.pollDurations[label].add(seconds);
  }
}
