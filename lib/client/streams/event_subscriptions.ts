import { HttpRefusal } from "../http_requests.ts";
import type { Timer } from "../../protocol/clock.ts";
import { parseJson } from "../json.ts";
import { handshakeMs } from "./carrier.ts";
import type { Subscriptions, SubscriptionsHost } from "./http_carrier.ts";
import { Liveness } from "./liveness.ts";
import type { StreamPosition, StreamPositions } from "./positions.ts";
import { readServerMessage, type ServerMessage, streamRefusals } from "./server_message.ts";

/**
 * Where a request for several streams goes on: `EPOCH:OFFSET.OFFSET`, in the order of the streams, with nothing for one
 * that begins anew. Undefined when all do.
 */
export function eventIdOf(streams: readonly string[], positions: StreamPositions): string | undefined {
  const known = streams.map((stream) => positions.get(stream));
  // Streams of one gateway have one epoch: where they differ, only the latest is still going on.
  const epoch = positions.latestOf(streams)?.epoch;
  if (epoch === undefined) return undefined;
  const offsets = known.map((position) => position?.epoch === epoch ? String(position.offset) : "");
  return `${epoch}:${offsets.join(".")}`;
}

/** The epoch of an event's id; undefined when it has none. */
export function epochOf(id: string): StreamPosition["epoch"] | undefined {
  const colon = id.lastIndexOf(":");
  return colon > 0 ? id.slice(0, colon) : undefined;
}

/** An event of a server-sent event stream. */
export interface ServerEvent {
  readonly data: string;
  /** The last id that was sent with this event or before it; empty when there was none. */
  readonly id: string;
}

/** A line, and what an event's lines come to together, may be so long, in characters. */
const maxSize = 1024 * 1024;

/** Reads server-sent events from a text that comes in pieces. WHATWG HTML, section 9.2.6. */
export class EventParser {
  readonly #dispatch: (event: ServerEvent) => void;
  #line = "";
  #data: string[] = [];
  #size = 0;
  #id = "";
  /** The event is too large, and is left out. */
  #tooLarge = false;
  #afterReturn = false;

  constructor(dispatch: (event: ServerEvent) => void) {
    this.#dispatch = dispatch;
  }

  push(text: string): void {
    // A line feed after a carriage return is part of the same line end, also when it comes in the next piece.
    const rest = this.#afterReturn && text.startsWith("\n") ? text.slice(1) : text;
    if (text !== "") this.#afterReturn = text.endsWith("\r");
    const lines = rest.split(/\r\n|\n|\r/);
    const last = lines.pop() ?? "";
    for (const line of lines) {
      this.#append(line);
      this.#endLine();
    }
    this.#append(last);
  }

  #append(text: string): void {
    if (text === "") return;
    this.#size += text.length;
    if (this.#size > maxSize) this.#tooLarge = true;
    this.#line = this.#tooLarge ? "-" : this.#line + text;
  }

  #endLine(): void {
    const line = this.#line;
    this.#line = "";
    if (line === "") return this.#endEvent();
    if (this.#tooLarge) return;
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.#data.push(value);
    else this.#size -= line.length;
    if (field === "id" && !value.includes("\0")) this.#id = value;
  }

  #endEvent(): void {
    const data = this.#data;
    const whole = data.length > 0 && !this.#tooLarge;
    this.#data = [];
    this.#size = 0;
    this.#tooLarge = false;
    if (whole) this.#dispatch({ data: data.join("\n"), id: this.#id });
  }
}

/** The gateway sends a comment every 15 s. */
const limits = { quietMs: 45_000, deadMs: 15_000 };
/** Milliseconds after which the end of a request is no failure: the gateway sends its clients back now and then. */
const oldAfterMs = 10_000;

/** Server-sent events of all streams in one request. */
export class EventSubscriptions implements Subscriptions {
  readonly #host: SubscriptionsHost;
  readonly #liveness: Liveness;
  /** The streams of the request that is under way. */
  #streams: readonly string[] = [];
  #request = new AbortController();
  #deadline: Timer | undefined;

  constructor(host: SubscriptionsHost) {
    this.#host = host;
    this.#liveness = new Liveness(host.parts.settings.clock, limits, {
      quiet() {},
      dead: () => host.fail("no event in 60 s"),
    });
  }

  update(): void {
    const { names } = this.#host.parts.topics;
    if (names.join() !== this.#streams.join()) this.#open(names);
  }

  stop(): void {
    this.#request.abort();
    this.#deadline?.cancel();
    this.#liveness.stop();
  }

  #open(streams: readonly string[]): void {
    this.stop();
    this.#streams = streams;
    if (streams.length === 0) return;
    const { signal } = this.#request = new AbortController();
    const late = `no event in ${handshakeMs / 1000} s`;
    this.#deadline = this.#host.parts.settings.clock.after(
      handshakeMs,
      () => this.#host.fail(late, "silent"),
    );
    void this.#follow(signal).catch((error) => {
      if (!signal.aborted) this.#host.fail(error);
    });
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const body = await this.#ask(signal);
    if (body === undefined) return;
    const { clock } = this.#host.parts.settings;
    const began = clock.elapsed();
    const decoder = new TextDecoder();
    const parser = new EventParser((event) => signal.aborted || this.#receive(event));
    const reader = body.getReader();
    const cancel = () => void reader.cancel().catch(() => {});
    if (signal.aborted) return cancel();
    signal.addEventListener("abort", cancel);
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      if (signal.aborted) return;
      this.#heard();
      parser.push(decoder.decode(next.value, { stream: true }));
    }
    if (signal.aborted) return;
    if (clock.elapsed() - began >= oldAfterMs) this.#open(this.#streams);
    else this.#host.fail("the server ended the events");
  }

  /** Undefined: it was found out that other streams are to be asked for. */
  async #ask(signal: AbortSignal): Promise<ReadableStream<Uint8Array> | undefined> {
    const { requests, parts: { positions } } = this.#host;
    const streams = this.#streams;
    try {
      return await requests.events(streams, eventIdOf(streams, positions), signal);
    } catch (error) {
      if (signal.aborted || !(await this.#isolate(error, streams, signal))) throw error;
      if (!signal.aborted) this.#host.update();
      return undefined;
    }
  }

  /** Finds the streams that the server does not send, of which it names none; false: there are none. */
  async #isolate(error: unknown, streams: readonly string[], signal: AbortSignal): Promise<boolean> {
    if (!(error instanceof HttpRefusal) || !streamRefusals.includes(error.code ?? "")) return false;
    const { requests, parts: { positions } } = this.#host;
    const refused = streams.map(async (stream) => {
      try {
        await requests.news(stream, positions.get(stream), 0, signal);
        return false;
      } catch (error) {
        return !signal.aborted && this.#host.refuses(error, stream);
      }
    });
    return (await Promise.all(refused)).includes(true);
  }

  #heard(): void {
    if (this.#deadline !== undefined) this.#liveness.start();
    this.#deadline?.cancel();
    this.#deadline = undefined;
    this.#liveness.received();
    this.#host.heard();
  }

  #receive({ data, id }: ServerEvent): void {
    const message = readServerMessage(parseJson(data));
    if (message !== undefined) this.#take(message, epochOf(id));
  }

  #take(message: ServerMessage, epoch: string | undefined): void {
    const { inbox } = this.#host.parts;
    if (message.kind === "subscribed") inbox.begin(message.stream, message.beginning);
    else if (message.kind === "status") inbox.status(message.stream, message.stale);
    else if (message.kind === "error") this.#host.fail(message.error);
    else if (message.kind === "data" && epoch !== undefined && !inbox.data(message.message, epoch)) {
      // From the known position on again, so that what is missing comes.
      this.#open(this.#streams);
    }
  }
}
