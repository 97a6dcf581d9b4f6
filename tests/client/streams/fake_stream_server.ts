import { deflateRawSync } from "node:zlib";
import type { StreamSocketClass } from "../../../lib/client/mod.ts";
import type { Clock, StreamData, StreamMessage } from "../../../lib/protocol/mod.ts";
import { EventStreams } from "./fake_events.ts";
import { FakeSocket } from "./fake_socket.ts";
import { sampleData } from "./sample_data.ts";

type Json = Readonly<Record<string, unknown>>;
type Name = keyof StreamData;

/** `refuse`: there is none. `swallow`: it opens, and nothing comes through. */
export type Passage = "accept" | "refuse" | "swallow";

interface Channel {
  offset: number;
  history: StreamMessage[];
  status: "live" | "stale";
}

const names: readonly Name[] = ["network_metrics", "markets_health", "receipts", "peers", "gateway"];

/** A gateway's streams in one process, without a network, that do as a test tells them. */
export class FakeStreamServer {
  readonly clock: Clock;
  epoch = "e1";
  upgrades: Passage = "accept";
  events: Passage = "accept";
  polls: "accept" | "refuse" = "accept";
  /** Whether it welcomes, or waits for a first frame as `/ws` does. */
  welcomes = true;
  /** Whether it takes one of the subprotocols that are offered. */
  chooses = true;
  /** Every WebSocket so far. */
  readonly sockets: FakeSocket[] = [];
  /** Every frame that came, read. */
  readonly frames: Json[] = [];
  /** Path and query of every request. */
  readonly requests: string[] = [];
  readonly eventStreams = new EventStreams();
  /** Most polls under way at once. */
  mostPolls = 0;
  /** Answers a request in place of the fake, where it returns something. */
  onRequest: ((path: string) => Response | undefined) | undefined;
  /** Called with each frame; true keeps the fake from answering it. */
  onFrame: ((frame: Json, socket: FakeSocket) => boolean) | undefined;
  #channels = newChannels();
  #polling = 0;
  readonly #waiting = new Set<() => void>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** What a client is given as its WebSocket class. */
  get WebSocket(): StreamSocketClass {
    const accept = (socket: FakeSocket) => this.#accept(socket);
    return class extends FakeSocket {
      constructor(url: string, protocols: string[] = []) {
        super(url, protocols, accept);
      }
    };
  }

  get latest(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("There was no WebSocket yet");
    return socket;
  }

  /** The WebSockets that are open. */
  get open(): FakeSocket[] {
    return this.sockets.filter(({ state }) => state === "open");
  }

  /** Publishes the next value of a stream, and answers with its number. */
  publish(stream: Name): number {
    const channel = this.#channel(stream);
    const offset = channel.offset += 1;
    const message = this.message(stream, offset);
    channel.history.push(message);
    for (const socket of this.open) if (socket.streams.has(stream)) socket.push(message);
    this.eventStreams.publish(message, this.epoch);
    this.#wake();
    return offset;
  }

  message(stream: Name, offset: number): StreamMessage {
    const data = sampleData(stream, offset);
    return { type: stream, data, timestamp: Math.floor(this.clock.now() / 1000), offset };
  }

  /** Forgets what a stream has published, but not how far it has come. */
  forget(stream: Name): void {
    this.#channel(stream).history = [];
  }

  setStatus(stream: Name, status: "live" | "stale"): void {
    this.#channel(stream).status = status;
    const message = { type: "stream_status", stream, status, message: "the node is down", timestamp: 0 };
    for (const socket of this.open) if (socket.streams.has(stream)) socket.push(message);
    this.eventStreams.tell(message);
  }

  /** Ends all that is open without a word. */
  cut(): void {
    for (const socket of this.open) socket.end(1006, "");
    this.eventStreams.cut();
  }

  /** Another process: it numbers anew, and has nothing yet. */
  restart(epoch: string): void {
    this.epoch = epoch;
    this.#channels = newChannels();
    this.cut();
    this.#wake();
  }

  readonly fetch = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const { pathname, search, searchParams } = new URL(url);
    const signal = init.signal ?? new AbortController().signal;
    this.requests.push(pathname + search);
    await Promise.resolve();
    signal.throwIfAborted();
    const scripted = this.onRequest?.(pathname + search);
    if (scripted !== undefined) return scripted;
    const [, stream] = /\/api\/v1\/streams\/?(.*)$/.exec(pathname) ?? [];
    if (stream === undefined) return new Response("not found", { status: 404 });
    if (stream === "") return this.#list();
    if (stream === "events") return await this.#follow(searchParams, signal);
    return await this.#poll(stream, searchParams, signal);
  };

  #channel(stream: string): Channel {
    const channel = this.#channels.get(stream);
    if (channel === undefined) throw new Error(`There is no stream ${stream}`);
    return channel;
  }

  #accept(socket: FakeSocket): void {
    this.sockets.push(socket);
    if (this.upgrades === "refuse") return socket.end(1006, "");
    if (this.upgrades === "swallow") return socket.begin(undefined);
    socket.onFrame = (text) => this.#receive(socket, text);
    const format = this.chooses ? socket.protocols[0] : undefined;
    socket.begin(format);
    socket.encode = encoders[format?.split(".")[2] ?? "plain"] ?? encoders["plain"];
    if (this.welcomes) this.#welcome(socket);
  }

  #welcome(socket: FakeSocket): void {
    socket.push({
      type: "welcome",
      message: "Connected",
      available_streams: names.slice(0, 4),
      simulated: true,
    });
  }

  #receive(socket: FakeSocket, text: string): void {
    const frame: Json = JSON.parse(text);
    this.frames.push(frame);
    if (this.onFrame?.(frame, socket) === true) return;
    if (!this.welcomes && socket.received === 1) this.#welcome(socket);
    const { type, streams, recover } = frame;
    if (type === "ping") return socket.push({ type: "pong", timestamp: 0 });
    for (const stream of streams as string[]) {
      if (type === "unsubscribe") this.#unsubscribe(socket, stream);
      else this.#subscribe(socket, stream, (recover as Record<string, Json> | undefined)?.[stream]);
    }
  }

  #subscribe(socket: FakeSocket, stream: string, recover: Json | undefined): void {
    const channel = this.#channels.get(stream);
    if (channel === undefined) {
      return socket.push({ type: "error", code: "unknown_stream", message: "Invalid stream name", stream });
    }
    socket.streams.add(stream);
    const { recovered, messages } = this.#since(stream, recover);
    socket.push({ type: "subscribed", stream, epoch: this.epoch, offset: channel.offset, recovered });
    if (channel.status === "stale") {
      socket.push({ type: "stream_status", stream, status: "stale", message: "the node is down" });
    }
    for (const message of messages) socket.push(message);
  }

  #unsubscribe(socket: FakeSocket, stream: string): void {
    socket.streams.delete(stream);
    socket.push({ type: "unsubscribed", stream, timestamp: 0 });
  }

  /** What follows a position, or the newest value. */
  #since(
    stream: string,
    position: Json | undefined,
  ): { recovered: boolean | null; messages: StreamMessage[] } {
    const { offset, history } = this.#channel(stream);
    const known = Number(position?.["offset"]);
    const oldest = history[0]?.offset ?? offset + 1;
    const recovered = position === undefined
      ? null
      : position["epoch"] === this.epoch && known <= offset && known + 1 >= oldest;
    if (recovered === true) return { recovered, messages: history.filter(({ offset }) => offset > known) };
    return { recovered, messages: offset === 0 ? [] : [this.message(stream as Name, offset)] };
  }

  #list(): Response {
    if (this.polls === "refuse" && this.events === "refuse") throw new TypeError("connection refused");
    return Response.json({ streams: [], simulated: true });
  }

  async #follow(query: URLSearchParams, signal: AbortSignal): Promise<Response> {
    if (this.events === "refuse") throw new TypeError("connection refused");
    const streams = query.get("streams")?.split(",") ?? [];
    if (!streams.every((stream) => this.#channels.has(stream))) return unknownStream();
    if (this.events === "swallow") return await untilAborted(signal);
    const [epoch, offsets = ""] = query.get("last_event_id")?.split(":") ?? [];
    const parts = offsets.split(".");
    const begin = streams.map((stream, index) => {
      const part = parts[index] ?? "";
      const position = part === "" ? undefined : { epoch, offset: Number(part) };
      return { stream, offset: Number(part), ...this.#since(stream, position) };
    });
    return this.eventStreams.open(begin, this.epoch, signal);
  }

  async #poll(stream: string, query: URLSearchParams, signal: AbortSignal): Promise<Response> {
    if (this.polls === "refuse") throw new TypeError("connection refused");
    if (!this.#channels.has(stream)) return unknownStream();
    this.mostPolls = Math.max(this.mostPolls, this.#polling += 1);
    try {
      const since = query.get("since");
      const position = since === null ? undefined : { epoch: query.get("epoch"), offset: Number(since) };
      const waitMs = Number(query.get("wait")) * 1000;
      const { recovered, messages } = this.#since(stream, position);
      if (recovered === true && messages.length === 0 && waitMs > 0) await this.#news(stream, waitMs, signal);
      return this.#answer(stream, position);
    } finally {
      this.#polling -= 1;
    }
  }

  #answer(stream: string, position: Json | undefined): Response {
    const { offset, status } = this.#channel(stream);
    return Response.json({ epoch: this.epoch, offset, status, ...this.#since(stream, position) });
  }

  /** Resolves when something may be new, or the time is over; rejects when the request is given up. */
  #news(stream: string, waitMs: number, signal: AbortSignal): Promise<void> {
    const before = this.#channel(stream).offset;
    return new Promise((resolve, reject) => {
      const done = () => {
        timer.cancel();
        this.#waiting.delete(look);
        signal.removeEventListener("abort", abort);
        resolve();
      };
      const look = () => this.#channel(stream).offset === before || done();
      const abort = () => {
        done();
        reject(signal.reason);
      };
      const timer = this.clock.after(waitMs, done);
      this.#waiting.add(look);
      signal.addEventListener("abort", abort);
    });
  }

  #wake(): void {
    for (const look of [...this.#waiting]) look();
  }
}

function newChannels(): Map<string, Channel> {
  return new Map(names.map((name) => [name, { offset: 0, history: [], status: "live" }]));
}

function unknownStream(): Response {
  const error = { code: "unknown_stream", message: "Invalid stream name" };
  return Response.json({ error }, { status: 404 });
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

const encoders: Record<string, (message: object) => string | ArrayBuffer> = {
  plain: (message) => JSON.stringify(message),
  batch: (message) => JSON.stringify([message]),
  // Odd offsets travel deflated, so that both kinds of frames follow each other.
  deflate: (message) => {
    const text = JSON.stringify(message);
    if (Number((message as Json)["offset"] ?? 0) % 2 === 0) return text;
    return new Uint8Array(deflateRawSync(text)).buffer;
  },
};
