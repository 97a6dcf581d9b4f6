import { inTime } from "./until.ts";

/** A server-sent event. */
interface ServerEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: Record<string, unknown>;
}

/** A client of server-sent events that remembers what comes in. */
export class EventReader implements AsyncDisposable {
  /** What comments and other lines came outside events. */
  readonly others: string[] = [];
  readonly response: Response;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  private constructor(response: Response, body: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.response = response;
    this.#reader = body.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Opens a stream; throws when it is refused. */
  static async open(
    url: string,
    lastEventId?: string,
    init: RequestInit & { client?: Deno.HttpClient } = {},
  ): Promise<EventReader> {
    const headers: HeadersInit = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
    const response = await fetch(url, { headers, ...init });
    if (response.body === null || !response.ok) {
      throw new Error(`${response.status} ${await response.text()}`);
    }
    return new EventReader(response, response.body);
  }

  /** The next event; undefined at the end. */
  async next(): Promise<ServerEvent | undefined> {
    return await inTime(this.#next(), "an event");
  }

  async #next(): Promise<ServerEvent | undefined> {
    for (;;) {
      const block = await this.#block();
      if (block === undefined) return undefined;
      const fields = new Map(
        block.split("\n").map((line) => /^([^:]*):? ?(.*)$/.exec(line)?.slice(1) as [string, string]),
      );
      const data = fields.get("data");
      if (data !== undefined) {
        return { event: fields.get("event") ?? "message", id: fields.get("id"), data: JSON.parse(data) };
      }
      this.others.push(block);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel();
  }

  async #block(): Promise<string | undefined> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end >= 0) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        return block;
      }
      const { value, done } = await this.#reader.read();
      if (done) return undefined;
      this.#text += value;
    }
  }
}
