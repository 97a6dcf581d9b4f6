import type { Timer } from "../../protocol/clock.ts";
import { HttpRefusal } from "../http_courier.ts";
import { handshakeMs } from "./carrier.ts";
import { parseJson } from "../json.ts";
import { epochOf, eventIdOf } from "./event_id.ts";
import { EventParser, type ServerEvent } from "./event_parser.ts";
import type { Feed, FeedHost } from "./http_carrier.ts";
import { Liveness } from "./liveness.ts";
import { readServerMessage, type ServerMessage } from "./server_message.ts";

/** The gateway sends a comment every 15 s. */
const limits = { quietMs: 45_000, deadMs: 15_000 };
/** Milliseconds after which the end of a request is no failure: the gateway sends its clients back now and then. */
const oldAfterMs = 10_000;

/** Server-sent events of all streams in one request. */
export class EventFeed implements Feed {
  readonly #host: FeedHost;
  readonly #liveness: Liveness;
  /** The streams of the request that is under way. */
  #streams: readonly string[] = [];
  #request = new AbortController();
  #deadline: Timer | undefined;

  constructor(host: FeedHost) {
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

  /** Finds the streams that the server does not know, of which it names none; false: there are none. */
  async #isolate(error: unknown, streams: readonly string[], signal: AbortSignal): Promise<boolean> {
    if (!(error instanceof HttpRefusal) || error.code !== "unknown_stream") return false;
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
