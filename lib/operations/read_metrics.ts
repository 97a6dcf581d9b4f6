import process from "node:process";
import { type Family, type HistoryBudget, type Hub, takeCensus } from "../hub/mod.ts";
import type { Inscriptions, JobSockets } from "../inscriptions/mod.ts";
import type { Streams } from "../streams/mod.ts";
import {
  type Activity,
  buildInfo,
  type GatewayStatus,
  labelOf,
  type MetricReadings,
  streamLabels,
} from "../telemetry/mod.ts";
import type { Validator } from "../validator/mod.ts";
import type { Health } from "./health.ts";

/** What metrics are read from. */
interface MetricSources {
  readonly status: GatewayStatus;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  readonly activity: Activity;
  readonly health: Health;
  readonly hub: Hub;
  readonly historyBudget: HistoryBudget;
  readonly validator: Validator;
  readonly streams: Streams;
  readonly inscriptions: Inscriptions;
  readonly sockets: JobSockets;
}

/** What all metrics of a gateway stand at now. */
export function readMetrics(gateway: MetricSources): MetricReadings {
  return {
    ...readProcess(gateway),
    ...readConnections(gateway),
    ...readMiners(gateway),
    ...readStreams(gateway),
    ...readJobs(gateway),
  };
}

function readProcess({ status, startedAt, activity, health }: MetricSources) {
  const { rss, heapTotal, heapUsed, external } = Deno.memoryUsage();
  const { user, system } = process.cpuUsage();
  const statuses = { online: 0, disabled: 0, draining: 0, offline: 0, [status]: 1 };
  return {
    heliograph_build_info: {
      version: buildInfo.version,
      commit: buildInfo.commit ?? "unknown",
      deno: Deno.version.deno,
      target: Deno.build.target,
    },
    heliograph_status: statuses,
    heliograph_log_behind_seconds: health.logBehind / 1000,
    heliograph_start_time_seconds: startedAt / 1000,
    heliograph_event_loop_lag_seconds: activity.loopLag,
    heliograph_memory_bytes: { rss, heap_total: heapTotal, heap_used: heapUsed, external },
    heliograph_cpu_seconds_total: { user: user / 1e6, system: system / 1e6 },
    heliograph_unhandled_faults_total: activity.unhandledFaults,
    heliograph_http_responses_total: activity.responses,
  };
}

function readConnections({ hub, validator, activity, historyBudget }: MetricSources) {
  const { states, sent, queued, largestQueue } = takeCensus(hub.connections());
  return {
    heliograph_connections: states,
    heliograph_active_miners: validator.activeMiners(),
    heliograph_metagraph_age_seconds: validator.chainState?.age ?? 0,
    heliograph_connections_accepted_total: activity.accepted,
    heliograph_connections_refused_total: activity.refused,
    heliograph_connections_closed_total: activity.closed,
    heliograph_evictions_total: activity.evictions,
    heliograph_slow_consumers_total: activity.slowConsumers,
    heliograph_queue_bytes: queued,
    heliograph_largest_queue_bytes: largestQueue,
    heliograph_heartbeat_round_trip_seconds: activity.heartbeats,
    heliograph_messages_received_total: eachFamily((family) => activity.received[family].messages),
    heliograph_received_bytes_total: eachFamily((family) => activity.received[family].bytes),
    heliograph_messages_sent_total: eachFamily((family) =>
      activity.sent[family].messages + sent[family].messages
    ),
    heliograph_sent_bytes_total: eachFamily((family) => activity.sent[family].bytes + sent[family].bytes),
    heliograph_deliveries_total: activity.deliveries,
    heliograph_incoming_bytes: hub.budget.used,
    heliograph_history_bytes: historyBudget.bytes,
    heliograph_errors_total: activity.errors,
  };
}

function eachFamily(read: (family: Family) => number): Record<Family, number> {
  return {
    undecided: read("undecided"),
    miners: read("miners"),
    streams: read("streams"),
    events: read("events"),
    jobs: read("jobs"),
  };
}

function readMiners({ validator, activity }: MetricSources) {
  return {
    heliograph_predictions_total: activity.results,
    heliograph_predictions_refused_total: activity.refusedPredictions,
    heliograph_confirmation_latency_seconds: activity.confirmationLatency,
    heliograph_signature_duration_seconds: activity.signatures,
    heliograph_signatures_pending: validator.pendingSignatures,
    heliograph_commit_duration_seconds: activity.commits,
    heliograph_commit_predictions: activity.commitSizes,
    heliograph_commit_failures_total: activity.commitFailures,
  };
}

type StreamFigures = Record<typeof streamLabels[number], number>;

function readStreams({ streams, activity }: MetricSources) {
  const none = () => Object.fromEntries(streamLabels.map((label) => [label, 0])) as StreamFigures;
  const [subscribers, age, stale, publications] = [none(), none(), none(), none()];
  for (const stream of streams.all()) {
    const label = labelOf(streamLabels, stream.name, "other");
    subscribers[label] += stream.listeners;
    age[label] = Math.max(age[label], stream.age / 1000);
    stale[label] ||= stream.failure === undefined ? 0 : 1;
    publications[label] += stream.channel.offset;
  }
  return {
    heliograph_stream_subscribers: subscribers,
    heliograph_stream_age_seconds: age,
    heliograph_stream_stale: stale,
    heliograph_stream_publications_total: publications,
    heliograph_upstream_polls_total: activity.polls,
    heliograph_upstream_poll_duration_seconds: activity.pollDurations,
  };
}

function readJobs({ inscriptions, sockets, activity }: MetricSources) {
  return {
    heliograph_jobs: inscriptions.countJobs(),
    heliograph_jobs_started_total: activity.jobsStarted,
    heliograph_jobs_ended_total: activity.jobsEnded,
    heliograph_socketio_sessions: sockets.transports,
    heliograph_socketio_closes_total: activity.engineCloses,
  };
}
