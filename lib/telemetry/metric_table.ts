import {
  closeCodes,
  connectionStates,
  cpuModes,
  endedJobStatuses,
  enders,
  engineCloseReasons,
  engineTransports,
  errorCodes,
  evictionReasons,
  families,
  gatewayStatuses,
  memoryKinds,
  openJobStatuses,
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
import { by, counter, gauge, histogram, info, type ReadingOf } from "./metric_definition.ts";

const latency = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const shortTime = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];
const networkTime = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const groupSize = [1, 2, 5, 10, 20, 50, 100];

/** Every metric by its name. What is served on `/metrics` and its documentation derive from it. */
export const metricTable = {
  heliograph_build_info: info("Which program runs; always 1.", "version", "commit", "deno", "target"),
  heliograph_status: gauge(
    "1 for what the gateway says of itself, 0 for the rest; offline means that the store cannot commit.",
    by("status", gatewayStatuses),
  ),
  heliograph_log_behind_seconds: gauge(
    "Since when the server does not know what others of its store have appended to the log; below 1 while all is well.",
  ),
  heliograph_start_time_seconds: gauge("When the gateway started, in seconds since the Unix epoch."),
  heliograph_event_loop_lag_seconds: histogram(
    "How much later than asked for a timer ran, sampled once a second.",
    [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  ),
  heliograph_memory_bytes: gauge("Memory of the process.", by("kind", memoryKinds)),
  heliograph_cpu_seconds_total: counter("Processor time of the process.", by("mode", cpuModes)),

  heliograph_connections: gauge(
    "Connections: pending ones have not proved who they are, closing ones are told and not gone yet.",
    by("family", families),
    by("state", connectionStates),
  ),
  heliograph_active_miners: gauge(
    "Authenticated miners that were heard from within two heartbeat intervals.",
  ),
  heliograph_metagraph_age_seconds: gauge(
    "Since the miners were last read from the chain; 0 where they do not come from one.",
  ),
  heliograph_connections_accepted_total: counter("Connections taken in.", by("transport", transports)),
  heliograph_connections_refused_total: counter("Connections refused.", by("reason", refusalReasons)),
  heliograph_connections_closed_total: counter(
    "Connections that ended, by who ended them and with which WebSocket close code.",
    by("by", enders),
    by("code", closeCodes),
  ),
  heliograph_evictions_total: counter(
    "Connections cut off for the sake of memory, strangers first: it came near its limit, or grew too fast.",
    by("reason", evictionReasons),
  ),
  heliograph_slow_consumers_total: counter(
    "Connections closed because too much waited unsent.",
    by("family", families),
  ),
  heliograph_queue_bytes: gauge("Bytes that wait unsent, over all connections.", by("family", families)),
  heliograph_largest_queue_bytes: gauge("Bytes that wait unsent on the connection with the most of them."),
  heliograph_heartbeat_round_trip_seconds: histogram(
    "From a heartbeat to a miner until its first answer.",
    networkTime,
  ),

  heliograph_messages_received_total: counter("Messages that came in.", by("family", families)),
  heliograph_received_bytes_total: counter(
    "Text of the messages that came in, one byte for each character.",
    by("family", families),
  ),
  heliograph_messages_sent_total: counter("Messages handed to the transport.", by("family", families)),
  heliograph_sent_bytes_total: counter(
    "Messages handed to the transport, before any compression.",
    by("family", families),
  ),
  heliograph_deliveries_total: counter("Publications handed to connections, once for each of them."),
  heliograph_incoming_bytes: gauge("Bodies and messages of clients that come in or wait to be served."),
  heliograph_history_bytes: gauge("Publications that are kept for clients that come back."),
  heliograph_errors_total: counter(
    "Refusals and faults that clients were told of.",
    by("way", ways),
    by("code", errorCodes),
  ),
  heliograph_unhandled_faults_total: counter(
    "Errors that nothing handled and that the process outlived; each is a fault in the program.",
  ),
  heliograph_http_responses_total: counter("Answers to HTTP requests.", by("status", statusClasses)),

  heliograph_predictions_total: counter(
    "Predictions by how they came and what became of them; the share of http is that of the fallback.",
    by("way", ways),
    by("result", predictionResults),
  ),
  heliograph_predictions_refused_total: counter(
    "Predictions that were refused, by the first rule that they broke; conflict is another one of the same id.",
    by("reason", predictionRefusals),
  ),
  heliograph_confirmation_latency_seconds: histogram(
    "From a prediction's arrival until its signed confirmation is published.",
    latency,
  ),
  heliograph_signature_duration_seconds: histogram(
    "From asking for a signature or its verification until it is done, waiting included.",
    shortTime,
    by("operation", signatureOperations),
  ),
  heliograph_signatures_pending: gauge("Signatures that wait to be made or verified."),
  heliograph_commit_duration_seconds: histogram(
    "What reading, judging and committing a group of predictions took.",
    latency,
  ),
  heliograph_commit_predictions: histogram("Predictions judged together in one group.", groupSize),
  heliograph_commit_failures_total: counter("Groups of predictions that the store could not commit."),

  heliograph_stream_subscribers: gauge("Who listens to a stream.", by("stream", streamLabels)),
  heliograph_stream_age_seconds: gauge(
    "Since the last poll that succeeded; 0 while nobody listens, as then nothing is polled.",
    by("stream", streamLabels),
  ),
  heliograph_stream_stale: gauge(
    "1 while the node fails and subscribers are told so.",
    by("stream", streamLabels),
  ),
  heliograph_stream_publications_total: counter("Values published.", by("stream", streamLabels)),
  heliograph_upstream_polls_total: counter(
    "Polls of the node by how they ended.",
    by("stream", streamLabels),
    by("result", pollResults),
  ),
  heliograph_upstream_poll_duration_seconds: histogram(
    "What a poll of the node took.",
    networkTime,
    by("stream", streamLabels),
  ),

  heliograph_jobs: gauge("Inscription jobs that have not ended.", by("status", openJobStatuses)),
  heliograph_jobs_started_total: counter("Inscription jobs taken in."),
  heliograph_jobs_ended_total: counter(
    "Inscription jobs that ended; cancelled ones count as failed.",
    by("status", endedJobStatuses),
  ),
  heliograph_socketio_sessions: gauge("Open Engine.IO sessions.", by("transport", engineTransports)),
  heliograph_socketio_closes_total: counter(
    "Engine.IO sessions that ended.",
    by("reason", engineCloseReasons),
  ),
};

/** Name of a metric. */
export type MetricName = keyof typeof metricTable;

/** All names, in the order of the table. */
export const metricNames = Object.keys(metricTable) as readonly MetricName[];

/** What every metric stands at. */
export type MetricReadings = { readonly [Name in MetricName]: ReadingOf<(typeof metricTable)[Name]> };
