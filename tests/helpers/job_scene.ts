import { io, type ManagerOptions, type Socket, type SocketOptions } from "socket.io-client";
import type { Config } from "../../lib/gateway/mod.ts";
import { type Clock, systemClock } from "../../lib/protocol/mod.ts";
import { startGateway, type TestGateway } from "./gateway.ts";
import { inTime, untilThere } from "./until.ts";

/** An answer or an event's data. */
export type Fields = Record<string, unknown>;

/** What an HTTP call was answered. */
export interface Answer {
  readonly status: number;
  readonly body: Fields;
  readonly headers: Headers;
}

/** One event of a job as it came. */
export interface Told {
  readonly event: string;
  readonly data: Fields;
}

/** The ways in which npm's client may connect. */
export const ways: readonly ("polling" | "websocket")[][] = [["polling"], ["websocket"], [
  "polling",
  "websocket",
]];

/** npm's Socket.IO client, which keeps what it is told. */
export class JobPeer implements Disposable {
  readonly socket: Socket;
  readonly told: Told[] = [];
  #news = Promise.withResolvers<void>();

  constructor(url: string, auth: Fields, options: Partial<ManagerOptions & SocketOptions> = {}) {
    this.socket = io(url, { forceNew: true, reconnection: false, auth, ...options });
    this.socket.onAny((event: string, data: Fields) => {
      this.told.push({ event, data });
      this.#news.resolve();
      this.#news = Promise.withResolvers();
    });
  }

  /** Resolves once it is connected, rejects with the server's refusal. */
  connected(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.once("connect", resolve);
      this.socket.once("connect_error", reject);
    });
  }

  ask(event: string, ...payload: unknown[]): Promise<Fields> {
    return this.socket.emitWithAck(event, ...payload);
  }

  /** The first event for which `wanted` holds, once it has come. */
  async until(wanted: (told: Told) => boolean): Promise<Told> {
    return await inTime(this.#find(wanted), `an event: ${wanted}`);
  }

  async #find(wanted: (told: Told) => boolean): Promise<Told> {
    for (;;) {
      const told = this.told.find(wanted);
      if (told !== undefined) return told;
      await this.#news.promise;
    }
  }

  /** All events of a job, once the last has come. */
  async toEnd(jobId: unknown): Promise<Told[]> {
    await this.until(({ event, data }) => event !== "inscription-progress" && data["jobId"] === jobId);
    return this.told.filter(({ data }) => data["jobId"] === jobId);
  }

  /** Resolves with the reason when the connection ends. */
  gone(): Promise<string> {
    return new Promise((resolve) => this.socket.once("disconnect", resolve));
  }

  /** Ends the connection as a network would. */
  async cut(): Promise<void> {
    const gone = this.gone();
    this.socket.io.engine.close();
    await gone;
  }

  [Symbol.dispose](): void {
    this.socket.close();
  }
}

/** A gateway with one API key. */
export class JobScene implements AsyncDisposable {
  private constructor(
    readonly server: TestGateway,
    readonly keyId: string,
    readonly key: string,
    readonly clock: Clock,
  ) {}

  static async start(overrides: Partial<Config> = {}, clock: Clock = systemClock): Promise<JobScene> {
    const server = await startGateway(overrides, clock);
    const { id, key } = await server.admin("POST", "/admin/api-keys", { name: "first" });
    return new JobScene(server, String(id), String(key), clock);
  }

  /** One more key. */
  async addKey(name: string): Promise<{ id: string; key: string }> {
    const { id, key } = await this.server.admin("POST", "/admin/api-keys", { name });
    return { id: String(id), key: String(key) };
  }

  /** A client, connected. */
  async connect(options: Partial<ManagerOptions & SocketOptions> = {}, key = this.key): Promise<JobPeer> {
    // While a clock stands still no poll is released, and no upgrade from polling comes to its end.
    const transports = this.clock === systemClock ? {} : { transports: ["websocket"] };
    const peer = new JobPeer(this.server.url, { apiKey: key }, { ...transports, ...options });
    await peer.connected();
    return peer;
  }

  async call(method: string, path: string, init: RequestInit = {}, key = this.key): Promise<Answer> {
    const headers = { "x-api-key": key, ...init.headers };
    const response = await fetch(`${this.server.url}/inscriptions/${path}`, { method, ...init, headers });
    const text = await response.text();
    return { status: response.status, body: text === "" ? {} : JSON.parse(text), headers: response.headers };
  }

  /** Starts a job over HTTP. */
  async post(body: object | string, key = this.key): Promise<Answer> {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return await this.call("POST", "start-inscription", { body: text }, key);
  }

  /** A job's record once it has ended. */
  async ended(id: unknown): Promise<Fields> {
    return await untilThere(async () => {
      const { body } = await this.call("GET", `retrieve-inscription?id=${id}`);
      return body["status"] === "completed" || body["status"] === "failed" ? body : undefined;
    }, `the end of job ${id}`);
  }

  /** What a topic holds. */
  async content(topicId: unknown): Promise<Uint8Array> {
    const response = await fetch(`${this.server.url}/inscriptions/content/${topicId}`);
    return new Uint8Array(await response.arrayBuffer());
  }

  async stop(): Promise<void> {
    await this.server.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** Bytes that do not compress. */
export function noise(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let start = 0; start < length; start += 65536) {
    crypto.getRandomValues(bytes.subarray(start, Math.min(length, start + 65536)));
  }
  return bytes;
}

/** A request as Socket.IO clients send it. */
export function socketRequest(bytes: Uint8Array, more: Fields = {}): Fields {
  const file = { type: "base64", base64: bytes.toBase64(), fileName: "noise.bin" };
  return { file, holderId: "0.0.1234", mode: "file", network: "testnet", ...more };
}

/** A request as it is sent over HTTP. */
export function httpRequest(bytes: Uint8Array, more: Fields = {}): Fields {
  return {
    fileBase64: bytes.toBase64(),
    fileName: "noise.bin",
    fileMimeType: "application/octet-stream",
    holderId: "0.0.1234",
    mode: "file",
    network: "testnet",
    ...more,
  };
}
