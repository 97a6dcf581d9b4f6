import { serveCommands } from "./child.ts";
import { pause } from "./context.ts";
import { StreamReader } from "./stream_reader.ts";
import type { Offsets } from "./stream_server.ts";

/** Clients to connect. */
export interface Audience {
  /** Such as `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly count: number;
  readonly protocol: string | null;
  /** What each subscribes to; none for a server that sends without. */
  readonly streams: readonly string[];
}

/** What came in at all clients together since the last time. */
export interface Arrival {
  readonly frames: number;
  /** With the frames' headers (RFC 6455, section 5.2), without those of TCP and below. */
  readonly bytes: number;
  /** What each client got, as JSON. */
  readonly messages: readonly string[];
}

const opening = 50;
/** Of so many clients one goes on to read what it gets; the others count. */
const sample = 50;
const patience = 30;

/** Many clients of streams in one process. */
export class StreamFleet implements Disposable {
  readonly #sockets: WebSocket[] = [];
  #readers: StreamReader[] = [];
  #isSettled = false;
  #frames = 0;
  #bytes = 0;
  #wanted: Offsets | undefined;
  #arrived: () => void = () => {};
  #failure: Error | undefined;
  #fail: (error: Error) => void = () => {};

  /** Resolves when all are connected, and subscribed where the server knows subscriptions. */
  async join(audience: Audience): Promise<void> {
    for (let left = audience.count; left > 0; left -= opening) {
      await Promise.all(Array.from({ length: Math.min(left, opening) }, () => this.#open(audience)));
    }
    while (!await isSubscribed(audience)) await pause(0.02);
  }

  /** Resolves when everybody has got everything up to these offsets. */
  async arrived(offsets: Offsets): Promise<Arrival> {
    await this.#reached(offsets);
    const [messages = [], ...others] = this.#readers.map((reader) => reader.takeMessages());
    const arrival = { frames: this.#frames, bytes: this.#bytes, messages };
    this.#frames = this.#bytes = 0;
    // At first, when clients have joined one after the other, what has come differs.
    if (this.#isSettled && others.some((other) => other.join() !== messages.join())) {
      throw new Error("two clients got different messages");
    }
    if (!this.#isSettled) this.#settle();
    return arrival;
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) {
      socket.onclose = null;
      socket.close();
    }
  }

  /** From now on most clients count what they get, and leave it unread. */
  #settle(): void {
    this.#isSettled = true;
    for (const [index, socket] of this.#sockets.entries()) {
      if (index % sample > 0) socket.onmessage = ({ data }) => this.#count(data);
    }
    this.#readers = this.#readers.filter((_, index) => index % sample === 0);
  }

  #open({ url, protocol, streams }: Audience): Promise<void> {
    const socket = new WebSocket(`${url.replace("http", "ws")}/ws/stream`, protocol ?? []);
    const reader = new StreamReader();
    socket.binaryType = "arraybuffer";
    this.#sockets.push(socket);
    this.#readers.push(reader);
    return new Promise((resolve, reject) => {
      socket.onopen = () => {
        if (socket.protocol !== (protocol ?? "")) reject(new Error(`the server does not speak ${protocol}`));
        if (streams.length > 0) socket.send(JSON.stringify({ type: "subscribe", streams }));
        resolve();
      };
      socket.onmessage = ({ data }) => this.#read(data, reader);
      socket.onerror = (event) => event.preventDefault();
      socket.onclose = ({ code, reason }) => {
        const error = new Error(`a connection ended: ${code} ${reason}`);
        this.#failed(error);
        reject(error);
      };
    });
  }

  #read(frame: string | ArrayBuffer, reader: StreamReader): void {
    try {
      reader.take(frame);
    } catch (error) {
      this.#failed(error as Error);
    }
    this.#count(frame);
  }

  #count(frame: string | ArrayBuffer): void {
    // Text is ASCII here.
    const size = typeof frame === "string" ? frame.length : frame.byteLength;
    this.#frames += 1;
    this.#bytes += size + (size < 126 ? 2 : size < 65_536 ? 4 : 10);
    if (this.#isThere()) this.#arrived();
  }

  #isThere(): boolean {
    const [first] = this.#readers;
    if (this.#wanted === undefined || first === undefined) return false;
    if (this.#isSettled && this.#frames !== first.frames * this.#sockets.length) return false;
    const offsets = this.#wanted;
    return this.#readers.every((reader) => reader.hasReached(offsets));
  }

  async #reached(offsets: Offsets): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#wanted = offsets;
    if (this.#isThere()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    [this.#arrived, this.#fail] = [resolve, reject];
    const late = () => reject(new Error(`not everybody got everything; ${this.#frames} frames came`));
    const timer = setTimeout(late, 1000 * patience);
    await promise.finally(() => clearTimeout(timer));
  }

  #failed(error: Error): void {
    this.#failure = error;
    this.#fail(error);
  }
}

async function isSubscribed({ url, count, streams }: Audience): Promise<boolean> {
  if (streams.length === 0) return true;
  const response = await fetch(`${url}/api/v1/streams`);
  const listed: { name: string; subscribers: number }[] = (await response.json()).streams;
  return listed.every(({ name, subscribers }) => !streams.includes(name) || subscribers === count);
}

/** Serves the commands of a {@link StreamFleet}. */
export async function streamFleet(): Promise<void> {
  const fleet = new StreamFleet();
  await serveCommands({
    join: (audience: Audience) => fleet.join(audience),
    arrived: (offsets: Offsets) => fleet.arrived(offsets),
  });
}
