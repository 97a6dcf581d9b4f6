import { once } from "node:events";
import type { Clock } from "../../lib/protocol/clock.ts";
import { type EngineOptions, EngineServer, EngineSession } from "../../lib/socketio/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

/** How a session ended. */
interface SessionEnd {
  readonly reason: string;
  readonly description: string | undefined;
}

/** An engine alone, without socket.io, that listens on a free port and sends every message back. */
export class EngineService implements AsyncDisposable {
  readonly engine: EngineServer;
  /** What listeners threw. */
  readonly faults: unknown[] = [];
  /** How each session ended, in order. */
  readonly ends: SessionEnd[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #clock: Clock | undefined;

  constructor(options: Partial<EngineOptions> = {}) {
    this.#clock = options.clock;
    this.engine = new EngineServer({
      closeTimeout: 20,
      onFault: (error) => this.faults.push(error),
      ...options,
    });
    this.engine.on("connection", (session) => this.#serve(session));
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request, { remoteAddr }) =>
        this.engine.handleRequest(request, {
          address: request.headers.get("x-test-address") ?? remoteAddr.hostname,
          secure: false,
        }),
    );
  }

  /** Such as `http://127.0.0.1:1234`. */
  get origin(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** The session that begins next. */
  async session(): Promise<EngineSession> {
    const [session] = await once(this.engine, "connection");
    if (session instanceof EngineSession) return session;
    throw new TypeError("Cannot wait for a session: something else connected");
  }

  #serve(session: EngineSession): void {
    session.on("data", (data) => {
      if (typeof data === "string" || data instanceof Uint8Array) session.write(data);
    });
    session.on("close", (reason, description) => {
      this.ends.push({ reason, description: description?.message });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = this.engine.close();
    if (this.#clock instanceof FakeClock) await this.#clock.advance(60_000);
    await closed;
    await this.#server.shutdown();
  }
}
