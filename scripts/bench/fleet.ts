import { cryptoReady } from "../../lib/crypto/mod.ts";
import { serveCommands } from "./child.ts";
import { minerKey, signAuthentication, signMessage } from "./miners.ts";

/** Connections to open. */
export interface Joining {
  readonly url: string;
  /** Numbers of the miners. */
  readonly first: number;
  readonly count: number;
  /** Whether they authenticate; without it they are plain WebSockets. */
  readonly authenticate: boolean;
}

/** Where an update is posted. */
export interface Target {
  readonly url: string;
  readonly headers: Record<string, string>;
}

/** A series of updates, each of which the server is given and everybody gets. */
interface Broadcasting {
  readonly server: Target;
  readonly bodies: readonly string[];
}

/** What came of a series of posts. */
export interface Delivered {
  /** Frames that came in at all connections together. */
  readonly deliveries: number;
  /** Bytes of the last one. */
  readonly frameBytes: number;
}

async function post({ url, headers }: Target, body: string): Promise<void> {
  const response = await fetch(url, { method: "POST", headers, body });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
}

const opening = 50;
const heartbeat = '"type": "heartbeat"';

/** Many clients in one process. */
class Fleet {
  readonly #sockets: WebSocket[] = [];
  #received = 0;
  #wanted = Infinity;
  #arrived: () => void = () => {};
  #last = "";
  #failure: Error | undefined;
  #fail: (error: Error) => void = () => {};

  async join({ url, first, count, authenticate }: Joining): Promise<number> {
    const numbers = Array.from({ length: count }, (_, index) => first + index);
    const open = async () => {
      for (let uid = numbers.shift(); uid !== undefined; uid = numbers.shift()) {
        await this.#open(url, authenticate ? uid : undefined);
      }
    };
    await Promise.all(Array.from({ length: opening }, open));
    return this.#sockets.length;
  }

  async broadcast({ server, bodies }: Broadcasting): Promise<Delivered> {
    const before = this.#received;
    for (const body of bodies) {
      const delivered = this.#deliveries(this.#sockets.length);
      await post(server, body);
      await delivered;
    }
    return { deliveries: this.#received - before, frameBytes: this.#last.length };
  }

  /** Resolves when so many more frames came in. */
  #deliveries(count: number): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (count === 0) return Promise.resolve();
    this.#wanted = this.#received + count;
    return new Promise((resolve, reject) => [this.#arrived, this.#fail] = [resolve, reject]);
  }

  /** Resolves when the connection is open, and welcomed where it authenticates. */
  #open(url: string, uid: number | undefined): Promise<void> {
    const socket = new WebSocket(url);
    return new Promise((resolve, reject) => {
      const key = uid === undefined ? undefined : minerKey(uid);
      const ready = () => {
        socket.onmessage = ({ data }) =>
          this.#receive(data, () => {
            if (key !== undefined) socket.send(signMessage(key, "heartbeat_response", {}));
          });
        this.#sockets.push(socket);
        resolve();
      };
      socket.onopen = () => key === undefined ? ready() : socket.send(signAuthentication(key));
      socket.onmessage = ready;
      socket.onerror = (event) => event.preventDefault();
      socket.onclose = ({ code, reason }) => {
        const error = new Error(`a connection ended: ${code} ${reason}`);
        this.#failure = error;
        this.#fail(error);
        reject(error);
      };
    });
  }

  #receive(data: string, answerHeartbeat: () => void): void {
    if (data.length < 1024 && data.includes(heartbeat)) return answerHeartbeat();
    this.#last = data;
    this.#received += 1;
    if (this.#received === this.#wanted) this.#arrived();
  }
}

/** Serves the commands of a {@link Fleet}. */
export async function fleet(): Promise<void> {
  await cryptoReady();
  const fleet = new Fleet();
  await serveCommands({
    join: (joining: Joining) => fleet.join(joining),
    broadcast: (broadcasting: Broadcasting) => fleet.broadcast(broadcasting),
  });
}
