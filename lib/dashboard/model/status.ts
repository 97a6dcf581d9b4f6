import type { StreamSnapshot } from "../../client/stream_client.ts";
import { formatDuration } from "./format.ts";
import type { StreamHealth } from "./stream_health.ts";
import { type ShownStream, shownStreamNames, shownStreams } from "./streams.ts";

/** What the status line says at a glance. */
export interface Status {
  readonly tone: "live" | "waiting" | "stale" | "broken";
  readonly title: string;
  /** More of it; changes with every second where it counts them. */
  readonly detail: string;
  /** What is true beside it. */
  readonly notes: readonly { readonly kind: "simulated" | "fallback"; readonly text: string }[];
  /** The same for a screen reader, which should not hear every second. */
  readonly announcement: string;
}

/** The health of all streams. */
export type Healths = Readonly<Record<ShownStream, StreamHealth>>;

type Line = Omit<Status, "notes">;

const fallbacks = { sse: "Server-sent events", poll: "Long polling" } as const;

/** Puts the state of the connection and of all streams in words. `now` in Unix milliseconds. */
export function describeStatus(snapshot: StreamSnapshot, healths: Healths, now: number): Status {
  return { ...describeLine(snapshot, healths, now), notes: describeNotes(snapshot) };
}

function describeLine(snapshot: StreamSnapshot, healths: Healths, now: number): Line {
  switch (snapshot.state) {
    case "connecting":
      return line("waiting", "Connecting", "");
    case "paused":
      return line("waiting", "Paused", "until this page is in view");
    case "closed":
      return line("broken", "Disconnected", snapshot.error ?? "reload the page to connect again");
    case "reconnecting":
      return describeReconnecting(snapshot, now);
    case "connected":
      return describeStreams(healths);
    default:
      return snapshot.state satisfies never;
  }
}

function describeReconnecting({ error, retryAt }: StreamSnapshot, now: number): Line {
  const seconds = retryAt === undefined ? 0 : Math.ceil((retryAt - now) / 1000);
  const next = seconds > 0 ? `next attempt in ${formatDuration(seconds)}` : "trying now";
  const cause = error === undefined ? "the connection was lost" : trim(error);
  return { ...line("broken", "Reconnecting", `${next} · ${cause}`), announcement: `Reconnecting: ${cause}` };
}

function describeStreams(healths: Healths): Line {
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
  const waiting = of("waiting").filter((stream) => shownStreams[stream].period !== undefined);
  if (waiting.length === 0) return line("live", "Live", "all streams up to date");
  return line("waiting", "Connected", "waiting for the first values");
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
