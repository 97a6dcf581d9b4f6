import { sleep, systemClock } from "../../lib/protocol/mod.ts";
import { connectMiner } from "./miners.ts";

/** Clients that wait for game updates. */
export interface UpdateClients extends AsyncDisposable {
  /**
   * Resolves with the milliseconds, after `publish` was called, at which each client had the update with the offset
   * that `publish` answers.
   */
  timeUpdate(publish: () => Promise<number>): Promise<number[]>;
}

/** When each client had what was last published. */
class Arrivals {
  /** Of each client. */
  readonly #newest: number[];
  #times: number[] = [];
  #awaited: { readonly offset: number; readonly done: () => void } | undefined;

  constructor(clients: number) {
    this.#newest = Array.from({ length: clients }, () => 0);
  }

  /** A client has everything up to this offset. */
  note(client: number, offset: number): void {
    if (offset <= (this.#newest[client] ?? 0)) return;
    this.#newest[client] = offset;
    this.#times.push(performance.now());
    this.#check();
  }

  /** Resolves when every client has everything up to this offset. */
  reach(offset: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#awaited = { offset, done: resolve };
    this.#check();
    return promise;
  }

  async time(publish: () => Promise<number>): Promise<number[]> {
    this.#times = [];
    const start = performance.now();
    await this.reach(await publish());
    return this.#times.map((time) => time - start);
  }

  #check(): void {
    const { offset = Infinity, done } = this.#awaited ?? {};
    if (this.#newest.every((newest) => newest >= offset)) done?.();
  }
}

/** Miners on WebSockets, to which updates are pushed. */
export class PushedClients implements UpdateClients {
  readonly #arrivals: Arrivals;
  readonly #sockets: readonly WebSocket[];

  private constructor(sockets: readonly WebSocket[]) {
    this.#sockets = sockets;
    this.#arrivals = new Arrivals(sockets.length);
    sockets.forEach((socket, client) => {
      socket.onmessage = ({ data }) => {
        const message = JSON.parse(data);
        if (message.type === "game_update") this.#arrivals.note(client, message.data.offset);
      };
    });
  }

  static async connect(server: string, count: number): Promise<PushedClients> {
    const url = `${server.replace("http", "ws")}/ws`;
    const opening = Array.from({ length: count }, (_, uid) => connectMiner(url, uid));
    return new PushedClients(await Promise.all(opening));
  }

  timeUpdate(publish: () => Promise<number>): Promise<number[]> {
    return this.#arrivals.time(publish);
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.close();
    return Promise.resolve();
  }
}

/** Clients that ask for updates: held until there is one, or at intervals. */
export class AskingClients implements UpdateClients {
  readonly #arrivals: Arrivals;
  readonly #server: string;
  readonly #wait: number;
  readonly #interval: number;
  readonly #ending = new AbortController();
  readonly #asking: Promise<void>[];

  /**
   * @param wait seconds for which the server holds a question
   * @param interval milliseconds between two questions
   */
  constructor(server: string, { count, wait, interval }: { count: number; wait: number; interval: number }) {
    this.#server = server;
    this.#wait = wait;
    this.#interval = interval;
    this.#arrivals = new Arrivals(count);
    this.#asking = Array.from({ length: count }, (_, client) => this.#ask(client, interval * client / count));
  }

  async timeUpdate(publish: () => Promise<number>): Promise<number[]> {
    // All have asked once.
    await this.#arrivals.reach(1);
    return await this.#arrivals.time(publish);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#asking);
  }

  async #ask(client: number, delay: number): Promise<void> {
    const { signal } = this.#ending;
    let position = "";
    await sleep(systemClock, delay, signal);
    while (!signal.aborted) {
      try {
        const query = position === "" ? "" : `?${position}&wait=${this.#wait}`;
        const response = await fetch(`${this.#server}/api/v1/games${query}`, { signal });
        const { epoch, offset } = await response.json();
        position = `epoch=${epoch}&since=${offset}`;
        this.#arrivals.note(client, offset);
        await sleep(systemClock, this.#interval, signal);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
  }
}
