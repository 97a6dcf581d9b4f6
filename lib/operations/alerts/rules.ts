import { all, type Condition, is } from "./condition.ts";
import {
  changes,
  type Duration,
  type Expression,
  increase,
  level,
  max,
  most,
  quantile,
  rate,
  sum,
  times,
} from "./expression.ts";

/** How much an alert matters: page for the one, look at the other in working hours. */
type Severity = "critical" | "warning";

/** What the value of an alert is counted in. */
type AlertUnit = "" | "/s" | "s";

/** When somebody has to look, and what they are told: see `template.ts` for what stands in braces. */
export interface AlertRule {
  readonly name: `Heliograph${string}`;
  readonly severity: Severity;
  readonly when: Condition;
  /** How long it has to hold. */
  readonly for?: Duration;
  readonly unit: AlertUnit;
  readonly summary: string;
  /** What there is to say of the value, before the advice. */
  readonly details?: string;
  /** What to do about it. */
  readonly advice: string;
}

/** A rule that only those can judge who look from outside. */
export interface OutsideRule extends Omit<AlertRule, "when"> {
  readonly promql: string;
}

const open = level("heliograph_connections", { state: "open" });
const mostOpen = sum(most("heliograph_connections", "15m", { state: "open" }));
const responses = (window: Duration) => sum(rate("heliograph_http_responses_total", window));
const serverErrors = sum(rate("heliograph_http_responses_total", "5m", { status: "5xx" }));
const refused = sum(rate("heliograph_predictions_refused_total", "10m"));
const predictions = (window: Duration) => sum(rate("heliograph_predictions_total", window));
const ended = (status: string): Expression => sum(increase("heliograph_jobs_ended_total", "30m", { status }));

/** What a program that is not there cannot say of itself. */
export const outsideRules: readonly OutsideRule[] = [
  {
    name: "HeliographDown",
    severity: "critical",
    promql: `up{job="heliograph"} == 0`,
    for: "1m",
    unit: "",
    summary: "{instance} does not answer",
    advice:
      "Prometheus has had no metrics from it for a minute. Is the process there, and may Prometheus read /metrics (metrics.access)? `heliograph doctor URL` tells what a client sees.",
  },
];

/** Every rule that a gateway judges itself, as Prometheus does with `deploy/prometheus/alerts.yml`, which is made from this. */
export const alertRules: readonly AlertRule[] = [
  {
    name: "HeliographRestarting",
    severity: "critical",
    when: is(changes("heliograph_start_time_seconds", "15m"), ">", 2),
    unit: "",
    summary: "{instance} started {value} times in 15 minutes",
    advice: "The log says at the end of each run why it ended.",
  },
  {
    name: "HeliographOffline",
    severity: "critical",
    when: is(level("heliograph_status", { status: "offline" }), "==", 1),
    for: "1m",
    unit: "",
    summary: "{instance} cannot commit to its store",
    advice:
      "Miners are told to come back, and nothing is confirmed. Is the disk full, or the data folder read-only? The log names the cause under category store.",
  },
  {
    name: "HeliographCommitFailures",
    severity: "warning",
    when: is(increase("heliograph_commit_failures_total", "5m"), ">", 0),
    unit: "",
    summary: "{instance} failed to commit {value:0} groups of predictions",
    advice: "Their miners were told to send them again. The log names the cause under category store.",
  },
  {
    name: "HeliographConnectionsDropped",
    severity: "critical",
    when: all(is(sum(open), "<", times(0.5, mostOpen)), is(mostOpen, ">=", 20)),
    for: "2m",
    unit: "",
    summary: "{instance} has lost more than half of its connections",
    details: "{value} are left of what there were within 15 minutes, and they have not come back for two.",
    advice:
      "heliograph_connections_closed_total tells who closed them and with which code; `heliograph why ID` tells of a single one.",
  },
  {
    name: "HeliographRefusingConnections",
    severity: "warning",
    when: is(
      sum(
        rate("heliograph_connections_refused_total", "5m", {
          reason: ["max_connections", "rate_limited", "internal_error"],
        }),
        ["reason"],
      ),
      ">",
      0.1,
    ),
    for: "5m",
    unit: "/s",
    summary: "{instance} refuses connections: {reason}",
    details: "{value:1} a second.",
    advice:
      "For max_connections raise websocket.max_connections or websocket.max_connections_per_address, and the process's limit of open files with them.",
  },
  {
    name: "HeliographInternalErrors",
    severity: "critical",
    when: is(sum(rate("heliograph_errors_total", "5m", { code: "internal_error" }), ["way"]), ">", 0.05),
    for: "5m",
    unit: "/s",
    summary: "{instance} answers with internal errors",
    details: "{value:2} a second over {way}.",
    advice: "Each is in the log with its cause.",
  },
  {
    name: "HeliographServerErrors",
    severity: "warning",
    when: all(is(serverErrors, ">", times(0.05, responses("5m"))), is(serverErrors, ">", 0.1)),
    for: "5m",
    unit: "/s",
    summary: "More than 5 % of the HTTP answers of {instance} are server errors",
    details: "{value:1} a second.",
    advice: "heliograph_errors_total has their codes, and the log their causes.",
  },
  {
    name: "HeliographUnhandledFaults",
    severity: "warning",
    when: is(increase("heliograph_unhandled_faults_total", "10m"), ">", 0),
    unit: "",
    summary: "{instance} outlived {value:0} faults that nothing handled",
    advice: "Please report what the log says of them under category process, with the version.",
  },
  {
    name: "HeliographEvictions",
    severity: "warning",
    when: is(increase("heliograph_evictions_total", "10m"), ">", 0),
    unit: "",
    summary: "{instance} cut off {value:0} connections for the sake of memory",
    advice:
      "Somebody sends messages that do not end, or memory.limit is too low for what is connected. The log says from where; block that address in front of the gateway.",
  },
  {
    name: "HeliographConfirmationsSlow",
    severity: "warning",
    when: is(quantile(0.99, "heliograph_confirmation_latency_seconds", "5m"), ">", 0.5),
    for: "5m",
    unit: "s",
    summary: "{instance} takes {value:duration} to confirm predictions",
    advice:
      "That is the 99th percentile. heliograph_signatures_pending says whether the cores are short (raise crypto.workers), heliograph_commit_duration_seconds whether the disk is slow.",
  },
  {
    name: "HeliographEventLoopLag",
    severity: "warning",
    when: is(quantile(0.95, "heliograph_event_loop_lag_seconds", "5m"), ">", 0.25),
    for: "5m",
    unit: "s",
    summary: "The event loop of {instance} lags by {value:duration}",
    advice:
      "Something holds it up: too much load for one core, a handler of your own that computes (websocket.handlers), or a machine that is short of processor time or memory.",
  },
  {
    name: "HeliographSlowConsumers",
    severity: "warning",
    when: is(sum(rate("heliograph_slow_consumers_total", "10m"), ["family"]), ">", 0.05),
    for: "10m",
    unit: "/s",
    summary: "{instance} keeps closing {family} that do not read fast enough",
    details: "{value:2} a second.",
    advice:
      "If all are hit at once, the network out of this machine is the bottleneck; if few are, it is theirs.",
  },
  {
    name: "HeliographHeartbeatsSlow",
    severity: "warning",
    when: is(quantile(0.9, "heliograph_heartbeat_round_trip_seconds", "10m"), ">", 5),
    for: "10m",
    unit: "s",
    summary: "Miners of {instance} answer heartbeats after {value:duration}",
    advice: "The way to them is congested, or a proxy gathers frames before it hands them on.",
  },
  {
    name: "HeliographStreamStale",
    severity: "critical",
    when: is(max(level("heliograph_stream_stale"), ["stream"]), "==", 1),
    for: "2m",
    unit: "",
    summary: "Stream {stream} of {instance} is stale",
    advice:
      "The node behind rpc_url has failed for two minutes, and subscribers are told so. The log names the cause under category streams.",
  },
  {
    name: "HeliographStreamAgeing",
    severity: "warning",
    when: is(max(level("heliograph_stream_age_seconds"), ["stream"]), ">", 60),
    for: "1m",
    unit: "s",
    summary: "Stream {stream} of {instance} is {value:duration} old",
    advice: "Somebody listens, and no poll of the node has succeeded since.",
  },
  {
    name: "HeliographMetagraphOld",
    severity: "warning",
    when: is(max(level("heliograph_metagraph_age_seconds")), ">", 600),
    for: "5m",
    unit: "s",
    summary: "{instance} last read the metagraph {value:duration} ago",
    advice:
      "No node of `metagraph` answers as it should, or the chain stands still. The last known miners may connect, and new ones may not. The log names the cause under category registry, and /ws/health as `problem`.",
  },
  {
    name: "HeliographPredictionsRefused",
    severity: "warning",
    when: all(is(refused, ">", times(0.5, predictions("10m"))), is(predictions("10m"), ">", 0.05)),
    for: "5m",
    unit: "/s",
    summary: "{instance} refuses most predictions",
    details: "{value:1} a second.",
    advice:
      "heliograph_predictions_refused_total has the reasons: unknown_game and odds mean that games are not published in time, wager_limit that miners ask for too much.",
  },
  {
    name: "HeliographFallbackShare",
    severity: "warning",
    when: all(
      is(
        sum(rate("heliograph_predictions_total", "15m", { way: "http" })),
        ">",
        times(0.5, predictions("15m")),
      ),
      is(predictions("15m"), ">", 0.05),
    ),
    for: "15m",
    unit: "/s",
    summary: "Most predictions reach {instance} over HTTP instead of WebSocket",
    advice:
      "Miners that can speak WebSocket seem not to get through. Try `heliograph doctor URL` from outside; a proxy without the Upgrade headers is the usual cause.",
  },
  {
    name: "HeliographJobsFailing",
    severity: "warning",
    when: all(is(ended("failed"), ">", 3), is(ended("failed"), ">", ended("completed"))),
    unit: "",
    summary: "Most inscription jobs of {instance} fail",
    details: "{value:0} within half an hour.",
    advice: "The log has each attempt under category inscriptions.",
  },
];

/** What a rule says besides its summary. */
export function descriptionOf({ details, advice }: Pick<AlertRule, "details" | "advice">): string {
  return details === undefined ? advice : `${details} ${advice}`;
}
