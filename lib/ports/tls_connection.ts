import type { Clock } from "../protocol/mod.ts";
import { closeQuietly } from "./relay.ts";

const header = 5;
const handshake = 22;
const majorVersion = 3;
/** RFC 8446, section 5.1. */
const longestRecord = 16 * 1024;

/**
 * The first record that a client of TLS sends, in which it says how it wants to speak; undefined where what comes is none or
 * ends before it is whole.
 */
export async function readClientHello(connection: Deno.TcpConn): Promise<Uint8Array | undefined> {
  let held = new Uint8Array(512);
  for (let size = 0;;) {
    const read = await connection.read(held.subarray(size));
    if (read === null) return undefined;
    size += read;
    const [type, major, , high = 0, low = 0] = held;
    const length = high << 8 | low;
    if (type !== handshake || (size > 1 && major !== majorVersion)) return undefined;
    if (size < header) continue;
    if (length > longestRecord) return undefined;
    if (size >= header + length) return held.subarray(0, size);
    if (size === held.length) held = grown(held, header + length);
  }
}

/** More room as more has come, so that nobody has it by a word alone. */
function grown(held: Uint8Array<ArrayBuffer>, wanted: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(wanted, 2 * held.length));
  larger.set(held);
  return larger;
}

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
