import { bytesToHex } from "@noble/hashes/utils.js";
import type { Keypair } from "../../lib/crypto/mod.ts";
import { testKey } from "./peer.ts";
import { pythonWith } from "./programs.ts";

/** A key of a subnet, as a test describes it. */
export interface FakeNeuron {
  /** A hotkey, or the number of a test key. */
  readonly key: number | Keypair;
  readonly permit?: boolean;
  /** In TAO. */
  readonly stake?: number;
  readonly axon?: { readonly ip: string; readonly port: number; readonly ip_type?: number };
  readonly commitment?: string;
}

/** What a subnet's chain holds, encoded. */
interface ChainState {
  readonly storage: Record<string, string>;
  /** What `SubnetInfoRuntimeApi_get_selective_metagraph` answers. */
  readonly selective: string;
}

const python = await pythonWith("hashlib");
/** Why there can be no fake chain; undefined where there can. */
export const missingPython = python === undefined ? "no Python" : undefined;

/** A subnet as Python encodes it, which shares no code with what reads it. */
export async function encodeChain(netuid: number, neurons: readonly FakeNeuron[]): Promise<ChainState> {
  const child = new Deno.Command(python ?? "", {
    args: ["-B", `${import.meta.dirname}/chain_state.py`],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const description = neurons.map(({ key, permit = false, stake = 0, ...rest }) => ({
    key: bytesToHex((typeof key === "number" ? testKey(key) : key).publicKey),
    permit,
    stake: stake * 1e9,
    ...rest,
  }));
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify({ netuid, neurons: description })));
  await writer.close();
  const { stdout, success } = await child.output();
  if (!success) throw new Error("Python could not encode the chain");
  return JSON.parse(new TextDecoder().decode(stdout));
}

interface Call {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** How a node misbehaves: the result that it gives instead, an error, or `silent`. Undefined: it does as it should. */
export type Misbehaviour = (
  method: string,
  params: readonly unknown[],
) =>
  | { readonly result: unknown }
  | { readonly error: string }
  | { readonly raw: string }
  | "silent"
  | undefined;

/** A node that speaks Substrate's JSON-RPC over WebSocket on a free port. */
export class FakeChain {
  /** What is asked from now on is answered from this. */
  state: ChainState;
  head = 1000;
  specVersion = 425;
  genesis = `0x${"ab".repeat(32)}`;
  misbehave: Misbehaviour = () => undefined;
  /** What was asked, in order. */
  readonly asked: string[] = [];
  readonly #sockets = new Set<WebSocket>();
  readonly #subscribers = new Map<WebSocket, string>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(state: ChainState, port = 0) {
    this.state = state;
    this.#server = Deno.serve(
      { port, hostname: "127.0.0.1", onListen: () => {} },
      (request) => this.#accept(request),
    );
  }

  get port(): number {
    return this.#server.addr.port;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  get subscribers(): number {
    return this.#subscribers.size;
  }

  /** Another block is final. */
  finalise(state: ChainState = this.state): void {
    this.state = state;
    this.head += 1;
    this.#announce(this.#header());
  }

  /** Says that a block is final, and not which. */
  nonsense(): void {
    this.#announce({ digest: null });
  }

  /** Sends every subscriber a text of the caller's choice. */
  shout(text: string): void {
    for (const socket of this.#subscribers.keys()) socket.send(text);
  }

  /** Ends all connections. */
  drop(): void {
    for (const socket of this.#sockets) socket.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.drop();
    await this.#server.shutdown();
  }

  #send(socket: WebSocket, message: unknown): void {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  }

  #announce(result: unknown): void {
    for (const [socket, subscription] of this.#subscribers) {
      const params = { subscription, result };
      this.#send(socket, { jsonrpc: "2.0", method: "chain_finalizedHead", params });
    }
  }

  #accept(request: Request): Response {
    const { socket, response } = Deno.upgradeWebSocket(request);
    this.#sockets.add(socket);
    socket.onmessage = ({ data }) => this.#answer(socket, JSON.parse(data));
    socket.onclose = () => {
      this.#sockets.delete(socket);
      this.#subscribers.delete(socket);
    };
    return response;
  }

  #answer(socket: WebSocket, { id, method, params }: Call): void {
    this.asked.push(method);
    const other = this.misbehave(method, params);
    if (other === "silent") return;
    if (other !== undefined && "raw" in other) return socket.send(other.raw);
    if (other !== undefined && "error" in other) {
      return this.#send(socket, { jsonrpc: "2.0", id, error: { code: -32000, message: other.error } });
    }
    const result = other === undefined ? this.#result(socket, method, params) : other.result;
    this.#send(socket, { jsonrpc: "2.0", id, result });
  }

  #result(socket: WebSocket, method: string, params: readonly unknown[]): unknown {
    const { storage, selective } = this.state;
    switch (method) {
      case "chain_getBlockHash":
        return this.genesis;
      case "chain_getFinalizedHead":
        return this.#hash();
      case "chain_getHeader":
        return this.#header();
      case "chain_subscribeFinalizedHeads": {
        const subscription = crypto.randomUUID();
        this.#subscribers.set(socket, subscription);
        return subscription;
      }
      case "state_getRuntimeVersion":
        return {
          specName: "node-subtensor",
          specVersion: this.specVersion,
          implName: "node-subtensor",
          apis: [],
        };
      case "state_getKeysPaged": {
        const [prefix, count, start] = params as [string, number, string | null];
        const keys = Object.keys(storage).filter((key) => key.startsWith(prefix)).sort();
        return keys.filter((key) => start === null || key > start).slice(0, Math.min(count, 1000));
      }
      case "state_queryStorageAt": {
        const [keys, at] = params as [string[], string];
        return [{ block: at, changes: keys.map((key) => [key, storage[key] ?? null]) }];
      }
      case "state_call":
        return selective;
      default:
        throw new Error(`the fake chain does not know ${method}`);
    }
  }

  #hash(): string {
    return `0x${this.head.toString(16).padStart(64, "0")}`;
  }

  #header() {
    return {
      parentHash: `0x${"00".repeat(32)}`,
      number: `0x${this.head.toString(16)}`,
      stateRoot: `0x${"11".repeat(32)}`,
      extrinsicsRoot: `0x${"22".repeat(32)}`,
      digest: { logs: [] },
    };
  }
}
