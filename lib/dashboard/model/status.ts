import type { StreamSnapshot } from "../../client/stream_client.ts";
import type { GatewayActivity } from "../../protocol/streams.ts";
import { formatDuration, formatShare } from "./format.ts";
import { refusesMost, summarizeRefusals } from "./refusals.ts";
import type { StreamHealth } from "./stream_health.ts";
import { hasRhythm, type ShownStream, shownStreamNames, shownStreams } from "./streams.ts";

/** What the status line says at a glance. */
export interface Status {
  readonly tone: "live" | "waiting" | "troubled" | "stale" | "broken";
  readonly title: string;
  /** More of it; changes with every second where it counts them. */
  readonly detail: string;
  /** What is true beside it. */
  readonly notes: readonly { readonly kind: "simulated" | "fallback"; readonly text: string }[];
  /** The same for a screen reader, which should not hear every second. */
  readonly announcement: string;
  /** An attempt to connect is waited for, and can be made at once. */
  readonly canRetry: boolean;
}

/** The health of all streams. */
export type Healths = Readonly<Record<ShownStream, StreamHealth>>;

type Line = Omit<Status, "notes" | "canRetry">;

const fallbacks = { sse: "Server-sent events", poll: "Long polling" } as const;

/** What the status line goes by. */
interface Situation {
  readonly snapshot: StreamSnapshot;
  readonly healths: Healths;
  /** What the gateway says of itself. */
  readonly activity: GatewayActivity | undefined;
  /** The gateway sent its clients away, and there was no connection since. */
  readonly drained: boolean;
  /** Unix milliseconds. */
  readonly now: number;
}

/** Puts the state of the connection, of all streams and of the gateway in words. */
export function describeStatus(situation: Situation): Status {
  const { snapshot, now } = situation;
  const canRetry = snapshot.state === "reconnecting" && (snapshot.retryAt ?? 0) > now;
  return { ...describeLine(situation), notes: describeNotes(snapshot), canRetry };
}

function describeLine({ snapshot, healths, activity, drained, now }: Situation): Line {
  switch (snapshot.state) {
    case "connecting":
      return line("waiting", "Connecting", "");
    case "paused":
      return line("waiting", "Paused", "until this page is in view");
    case "closed":
      return line("broken", "Disconnected", snapshot.error ?? "reload the page to connect again");
    case "reconnecting":
      return describeReconnecting(snapshot, drained, now);
    case "connected":
      return troubleOf(activity) ?? describeStreams(healths) ?? describeGateway(activity);
    default:
      return snapshot.state satisfies never;
  }
}

function describeReconnecting(
  { error, retryAt }: StreamSnapshot,
  drained: boolean,
  now: number,
): Line {
  const seconds = retryAt === undefined ? 0 : Math.ceil((retryAt - now) / 1000);
  const next = seconds > 0 ? `next attempt in ${formatDuration(seconds)}` : "trying now";
  if (drained) {
    return {
      ...line("troubled", "Drained", `the server sent its clients away · ${next}`),
      announcement: "Drained: the server sent its clients away",
    };
  }
  const cause = error === undefined ? "the connection was lost" : trim(error);
  return { ...line("broken", "Reconnecting", `${next} · ${cause}`), announcement: `Reconnecting: ${cause}` };
}

const troubles = {
  draining: line("troubled", "Draining", "the server finishes what is under way, then closes"),
  offline: line("broken", "Nothing is confirmed", "the gateway's store cannot commit"),
} as const;

/** What is wrong with the streams; undefined when nothing is. */
function describeStreams(healths: Healths): Line | undefined {
  const of = (state: StreamHealth["state"]) =>
    shownStreamNames.filter((stream) => healths[stream].state === state);
  const stale = of("stale");
  const [first] = stale;
  if (first !== undefined) {
    const { reason, age } = healths[first];
    const names = stale.map((stream) => shownStreams[stream].title).join(", ");
    const cause = `${names}: ${trim(reason)}`;
    return {
      ...line("stale", "Stale", age === "" ? cause : `${cause} · ${age} old`),
      announcement: `Stale: ${cause}`,
    };
  }
  const waiting = of("waiting").filter(hasRhythm);
  return waiting.length === 0 ? undefined : line("waiting", "Connected", "waiting for the first values");
}

/** What concerns all that the page shows. */
function troubleOf(activity: GatewayActivity | undefined): Line | undefined {
  const status = activity?.status;
  return status === "draining" || status === "offline" ? troubles[status] : undefined;
}

function describeGateway(activity: GatewayActivity | undefined): Line {
  const refusals = activity && summarizeRefusals(activity);
  if (refusals === undefined || !refusesMost(refusals)) {
    return line("live", "Live", "all streams up to date");
  }
  const [first] = refusals.reasons;
  const share = `${formatShare(refusals.share).value} % in the last minute`;
  const cause = `mostly: ${first?.reason}`;
  return {
    ...line("troubled", "Predictions are refused", `${share}, ${cause}`),
    announcement: `Most predictions are refused, ${cause}`,
  };
}

function describeNotes({ simulated, transport }: StreamSnapshot): Status["notes"] {
  const notes: Status["notes"][number][] = [];
  if (simulated === true) notes.push({ kind: "simulated", text: "Simulated data" });
  if (transport === "sse" || transport === "poll") {
    notes.push({ kind: "fallback", text: fallbacks[transport] });
  }
  return notes;
}

function line(tone: Status["tone"], title: string, detail: string): Line {
  return { tone, title, detail, announcement: detail === "" ? title : `${title}: ${detail}` };
}

/** Words from outside take no more room than this. */
function trim(text: string): string {
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
