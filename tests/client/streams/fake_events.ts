import type { StreamMessage } from "../../../lib/protocol/mod.ts";

interface Begin {
  readonly stream: string;
  readonly offset: number;
  readonly recovered: boolean | null;
  readonly messages: readonly StreamMessage[];
}

interface Client {
  readonly controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  /** Where it stands in each of its streams. */
  readonly offsets: Map<string, number>;
}

const encoder = new TextEncoder();

/** The server-sent event streams of a fake server. */
export class EventStreams {
  readonly #clients = new Set<Client>();

  get size(): number {
    return this.#clients.size;
  }

  open(begin: readonly Begin[], epoch: string, signal: AbortSignal): Response {
    const offsets = new Map(begin.map(({ stream, offset }) => [stream, offset]));
    let client: Client | undefined;
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => {
        client = { controller, offsets };
        this.#clients.add(client);
        controller.enqueue(encoder.encode(": connected\n\n"));
        for (const message of begin.flatMap(({ messages }) => messages)) send(client, message, epoch);
      },
      cancel: () => void (client && this.#clients.delete(client)),
    });
    signal.addEventListener("abort", () => this.#drop(client, signal.reason));
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  }

  publish(message: StreamMessage, epoch: string): void {
    for (const client of this.#clients) if (client.offsets.has(message.type)) send(client, message, epoch);
  }

  tell(message: { readonly type: string; readonly stream: string }): void {
    const event = encoder.encode(`event: ${message.type}\ndata: ${JSON.stringify(message)}\n\n`);
    for (const { controller, offsets } of this.#clients) {
      if (offsets.has(message.stream)) controller.enqueue(event);
    }
  }

  /** Sends bytes to all as they are. */
  raw(text: string): void {
    for (const { controller } of this.#clients) controller.enqueue(encoder.encode(text));
  }

  cut(): void {
    for (const client of this.#clients) this.#drop(client, new TypeError("connection reset"));
  }

  /** Ends all as a server does that has no more to say. */
  end(): void {
    for (const { controller } of this.#clients) controller.close();
    this.#clients.clear();
  }

  #drop(client: Client | undefined, reason: unknown): void {
    if (client !== undefined && this.#clients.delete(client)) client.controller.error(reason);
  }
}

function send({ controller, offsets }: Client, message: StreamMessage, epoch: string): void {
  offsets.set(message.type, message.offset);
  const id = `${epoch}:${[...offsets.values()].join(".")}`;
  controller.enqueue(
    encoder.encode(`event: ${message.type}\nid: ${id}\ndata: ${JSON.stringify(message)}\n\n`),
  );
}
