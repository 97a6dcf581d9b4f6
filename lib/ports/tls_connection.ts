import type { Clock } from "../protocol/mod.ts";
import { closeQuietly } from "./relay.ts";

/** How far a connection has come. */
type Stage = "silent" | "greeted" | "asking" | "socket";

/** Milliseconds that a connection may stay at a stage: at the first two since it came, then since a byte went either way. */
export type Patience = Readonly<Record<Stage, number>>;

/** A connection to the port, of which no more can be seen than that bytes come and go, and what it has been served. */
export class TlsConnection {
  readonly client: Deno.TcpConn;
  readonly remoteAddr: Deno.NetAddr;
  readonly #clock: Clock;
  #stage: Stage = "silent";
  #since: number;

  constructor(client: Deno.TcpConn, clock: Clock) {
    this.client = client;
    this.remoteAddr = client.remoteAddr;
    this.#clock = clock;
    this.#since = clock.elapsed();
  }

  /** It has said how it wants to speak. */
  greeted(): void {
    this.#stage = "greeted";
  }

  /** Bytes went one way or the other. */
  readonly moved = (): void => {
    if (this.#stage === "asking" || this.#stage === "socket") this.#since = this.#clock.elapsed();
  };

  /** A request of it came as far as the gateway, or what it was answered made a WebSocket of it. */
  served(as: "asking" | "socket"): void {
    if (this.#stage !== "socket") this.#stage = as;
    this.moved();
  }

  /** Ends it where it has not asked for anything. */
  dismiss(): void {
    if (this.#stage === "silent" || this.#stage === "greeted") closeQuietly(this.client);
  }

  /** Ends it where it has stayed too long as it is. */
  judge(patience: Patience): void {
    if (this.#clock.elapsed() - this.#since >= patience[this.#stage]) closeQuietly(this.client);
  }
}
