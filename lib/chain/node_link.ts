import { z } from "zod";
import type { Clock, Timer } from "../protocol/mod.ts";

/** A node that cannot be reached, does not answer in time, answers with an error, or says what cannot be. */
export class NodeError extends Error {
  override readonly name = "NodeError";
}

/** Milliseconds that a node may take to be connected to, and to answer a call. */
const patience = 15_000;
/** Characters of one message, and characters and messages in a minute, beyond which a node is left. */
const [maxMessage, maxTraffic, maxMessages] = [16 * 2 ** 20, 64 * 2 ** 20, 6000];
const minute = 60_000;

const id = z.union([z.string().max(128), z.number()]);
const messageSchema = z.union([
  z.object({ id: z.number(), error: z.object({ code: z.number(), message: z.string().max(4096) }) }),
  z.object({ id: z.number(), result: z.unknown() }),
  z.object({ method: z.string().max(128), params: z.object({ subscription: id, result: z.unknown() }) }),
]);

interface Call {
  readonly method: string;
  readonly timer: Timer;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** A WebSocket on which a Substrate node is asked by JSON-RPC 2.0. Nothing that comes from it is trusted. */
export class NodeLink implements Disposable {
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #onAbort = (): void => this.#fail("the connection was given up");
  readonly #calls = new Map<number, Call>();
  readonly #listeners = new Map<string | number, (value: unknown) => void>();
  readonly #ended = Promise.withResolvers<NodeError>();
  #failure: NodeError | undefined;
  #count = 0;
  #since: number;
  #messages = 0;
  #traffic = 0;

  private constructor(socket: WebSocket, clock: Clock, signal: AbortSignal) {
    this.#socket = socket;
    this.#clock = clock;
    this.#signal = signal;
    signal.addEventListener("abort", this.#onAbort);
    this.#since = clock.elapsed();
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code }) => this.#fail(`the connection was closed (${code})`);
    socket.onerror = () => this.#fail("the connection failed");
  }

  /**
   * Connects, for as long as the signal does not abort.
   *
   * @throws {NodeError} when there is no connection in time
   */
  static open(url: string, clock: Clock, signal: AbortSignal): Promise<NodeLink> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url);
      const end = (message: string) => {
        done();
        socket.onopen = socket.onerror = socket.onclose = null;
        socket.close();
        reject(new NodeError(message));
      };
      const abort = () => end("the connection was given up");
      const timer = clock.after(patience, () => end(`no connection within ${patience / 1000} s`));
      const done = () => {
        timer.cancel();
        signal.removeEventListener("abort", abort);
      };
      socket.onopen = () => {
        done();
        resolve(new NodeLink(socket, clock, signal));
      };
      socket.onerror = (event) => end(event instanceof ErrorEvent ? event.message : "no connection");
      socket.onclose = ({ code }) => end(`the connection was closed (${code})`);
      signal.addEventListener("abort", abort);
      if (signal.aborted) abort();
    });
  }

  /** Resolves with the reason once the connection is over. */
  get ended(): Promise<NodeError> {
    return this.#ended.promise;
  }

  /** Asks, and answers the result; rejects with a {@link NodeError}. */
  call(method: string, params: readonly unknown[]): Promise<unknown> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const number = this.#count += 1;
    const timer = this.#clock.after(patience, () => {
      this.#calls.delete(number);
      reject(new NodeError(`${method}: no answer within ${patience / 1000} s`));
    });
    this.#calls.set(number, { method, timer, resolve, reject });
    this.#socket.send(JSON.stringify({ jsonrpc: "2.0", id: number, method, params }));
    return promise;
  }

  /** Subscribes; `listen` hears every value that comes. */
  async subscribe(method: string, listen: (value: unknown) => void): Promise<void> {
    const subscription = id.safeParse(await this.call(method, []));
    if (!subscription.success) throw new NodeError(`${method}: the answer names no subscription`);
    this.#listeners.set(subscription.data, listen);
  }

  [Symbol.dispose](): void {
    this.#fail("the connection was given up");
  }

  #receive(data: unknown): void {
    if (typeof data !== "string") return this.#fail("it sent a binary message");
    if (data.length > maxMessage) return this.#fail(`it sent a message of ${data.length} characters`);
    if (!this.#isWithinRate(data.length)) return this.#fail("it sends more than was asked for");
    const message = read(data);
    if (message === undefined) return this.#fail("it does not speak JSON-RPC 2.0");
    if ("method" in message) this.#tell(message.params);
    else this.#settle(message);
  }

  #tell(
    { subscription, result }: { readonly subscription: string | number; readonly result?: unknown },
  ): void {
    try {
      this.#listeners.get(subscription)?.(result);
    } catch (error) {
      this.#fail((error as Error).message);
    }
  }

  #settle(message: Exclude<z.infer<typeof messageSchema>, { method: string }>): void {
    const call = this.#calls.get(message.id);
    if (call === undefined) return;
    this.#calls.delete(message.id);
    call.timer.cancel();
    if (!("error" in message)) return call.resolve(message.result);
    const { code, message: text } = message.error;
    call.reject(new NodeError(`${call.method}: error ${code}, ${JSON.stringify(text.slice(0, 200))}`));
  }

  #isWithinRate(length: number): boolean {
    const now = this.#clock.elapsed();
    if (now - this.#since >= minute) [this.#since, this.#messages, this.#traffic] = [now, 0, 0];
    this.#messages += 1;
    this.#traffic += length;
    return this.#messages <= maxMessages && this.#traffic <= maxTraffic;
  }

  #fail(reason: string): void {
    if (this.#failure !== undefined) return;
    const failure = this.#failure = new NodeError(reason);
    this.#signal.removeEventListener("abort", this.#onAbort);
    this.#socket.onmessage = this.#socket.onclose = this.#socket.onerror = null;
    this.#socket.close();
    for (const { timer, reject } of this.#calls.values()) {
      timer.cancel();
      reject(failure);
    }
    this.#calls.clear();
    this.#ended.resolve(failure);
  }
}

function read(text: string): z.infer<typeof messageSchema> | undefined {
  try {
    return messageSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
