import type { palette } from "../palette.ts";
import { wrap } from "../text.ts";
import type { Told } from "./ask.ts";

/** What a view is made with. */
interface ViewOptions {
  readonly paint: ReturnType<typeof palette>;
  /** Characters in a line. */
  readonly width: number;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

const kinds: Record<string, string> = {
  undecided: "client that had not said what it is",
  miners: "miner",
  streams: "stream client",
  events: "event stream (SSE)",
  jobs: "Socket.IO client",
};
const marks = { open: "●", closing: "◐", closed: "○", refused: "✕" } as const;
const tones = { open: "ok", closing: "warning", closed: "note", refused: "error" } as const;
const labelWidth = 13;

/** How one connection stands or ended, in full. */
export function showOne(told: Told, options: ViewOptions): string {
  const { paint } = options;
  const kind = kinds[told.family] ?? told.family;
  const head = `${markOf(told, options)} ${paint.bold(told.id)}  ${kind} from ${told.address}`;
  const rows = rowsOf(told, options).flatMap((each) => showRow(each, options));
  return `${head}\n\n${summary(told, options)}\n\n${rows.join("\n")}\n`;
}

/** Several connections, a line for each. */
export function showMany(all: readonly Told[], options: ViewOptions): string {
  const causes = all.map(({ state, ending }) => ending === null ? state : `${state}: ${ending.cause}`);
  const idWidth = Math.max(...all.map(({ id }) => id.length));
  const causeWidth = Math.max(...causes.map((cause) => cause.length));
  return all.map((told, index) => {
    const cause = (causes[index] ?? "").padEnd(causeWidth);
    const [from, until] = [told.opened_at, endOf(told) ?? options.now];
    const lasted = told.state === "refused" ? "" : options.paint.dim(`  for ${duration(until - from)}`);
    return `  ${markOf(told, options)} ${told.id.padEnd(idWidth)}  ${cause}  ${moment(from)} UTC${lasted}\n`;
  }).join("");
}

function markOf({ state }: Told, { paint }: ViewOptions): string {
  return paint.status[tones[state]](marks[state]);
}

function summary(told: Told, options: ViewOptions): string {
  const { paint, width } = options;
  const text = (line: string) => wrap(line, width - 2).map((part) => `  ${part}`).join("\n");
  if (told.ending === null) return paint.bold(text(standing(told, options)));
  const { cause, detail, explanation, advice } = told.ending;
  const tone = cause === "client_closed" || cause === "server_closing" || cause === "closed"
    ? "note"
    : "warning";
  return [
    paint.status[tone](paint.bold(text(`${explanation}.`))),
    ...detail === null ? [] : [text(`In detail: ${detail}.`)],
    paint.dim(text(`${advice}.`)),
  ].join("\n");
}

function standing({ state, opened_at, heard_at, stages }: Told, { now }: ViewOptions): string {
  if (state === "closing") {
    const since = stages.find(({ stage }) => stage === "closing")?.at ?? now;
    return `The server closed it ${
      duration(now - since)
    } ago, and the client has not answered the close yet.`;
  }
  return `Open for ${duration(now - opened_at)}; last heard from ${duration(now - heard_at)} ago.`;
}

interface Row {
  readonly label: string;
  /** Null where there is nothing to say. */
  readonly text: string | null;
  /** Said with less weight. */
  readonly aside?: string;
}

function rowsOf(told: Told, options: ViewOptions): Row[] {
  const { hotkey, claimed_hotkey, ending } = told;
  return [
    { label: "server", text: told.server ?? null },
    { label: "peer", text: hotkey },
    { label: "claimed", text: claimed_hotkey === null ? null : `${claimed_hotkey} (not proved)` },
    ...stageRows(told),
    { label: "closed by", text: ending === null ? null : `the ${ending.by}${closeOf(ending)}` },
    ...told.state === "refused" ? [] : trafficRows(told, options),
  ];
}

function trafficRows(told: Told, { now }: ViewOptions): Row[] {
  const { opened_at, heard_at, messages_in, messages_out, queued_bytes } = told;
  const heard = { label: "last heard", text: moment(heard_at, opened_at) };
  return [
    { label: "heartbeat", text: heartbeat(told) },
    told.ending === null ? { ...heard, aside: `${duration(now - heard_at)} ago` } : heard,
    { label: "messages", text: `${figure(messages_in)} in, ${figure(messages_out)} out` },
    { label: "unsent", text: `${figure(queued_bytes)} bytes` },
  ];
}

function stageRows({ stages }: Told): Row[] {
  return stages.map(({ stage, at }, index) => {
    const before = stages[index - 1]?.at;
    if (before === undefined) return { label: stage, text: `${moment(at)} UTC` };
    return { label: stage, text: moment(at, before), aside: `${duration(at - before)} later` };
  });
}

function closeOf({ code, reason }: NonNullable<Told["ending"]>): string {
  const parts = [code === null ? "" : String(code), reason === "" ? "" : `"${reason}"`];
  const close = parts.filter((part) => part !== "").join(" ");
  return close === "" ? "" : `, ${close}`;
}

function heartbeat(
  { heartbeat_sent_at: sent, heartbeat_answered_at: answered, opened_at: opened }: Told,
): string {
  if (sent === null) return answered === null ? "none was due" : `answered ${moment(answered, opened)}`;
  const when = `sent ${moment(sent, opened)}`;
  if (answered === null) return `${when}, never answered`;
  return answered >= sent
    ? `${when}, answered ${duration(answered - sent)} later`
    : `${when}, not answered; the one before was answered ${moment(answered, opened)}`;
}

function endOf({ stages, ending }: Told): number | undefined {
  return ending === null ? undefined : stages.at(-1)?.at;
}

function showRow({ label, text, aside }: Row, { paint }: ViewOptions): string[] {
  if (text === null) return [];
  const rest = aside === undefined ? "" : paint.dim(`  ${aside}`);
  return [`  ${paint.dim(label.padEnd(labelWidth + 2))}${text}${rest}`];
}

/** A moment, with its day where that is not the one of the moment before. */
function moment(at: number, before?: number): string {
  const [day = "", time = ""] = new Date(at).toISOString().replace("Z", "").split("T");
  const isSameDay = before !== undefined && new Date(before).toISOString().startsWith(day);
  return isSameDay ? time : `${day} ${time}`;
}

function figure(value: number): string {
  return value.toLocaleString("en-US");
}

const units = [["d", 86_400], ["h", 3600], ["min", 60], ["s", 1]] as const;

/** A duration for people, in its two largest units: `2 h 14 min`, `850 ms`. */
function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.max(0, Math.round(milliseconds))} ms`;
  let rest = Math.round(milliseconds / 1000);
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const whole = Math.floor(rest / size);
    rest -= whole * size;
    if (whole > 0) parts.push(`${whole} ${unit}`);
    else if (parts.length > 0) break;
  }
  return parts.slice(0, 2).join(" ");
}
