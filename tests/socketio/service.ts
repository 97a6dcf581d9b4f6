import type { DefaultEventsMap } from "socket.io";
import { createSocketServer, type SocketServer, type SocketServerOptions } from "../../lib/socketio/mod.ts";

/** A socket server that listens on a free port, with events of any name. */
export class Service implements AsyncDisposable {
  readonly sockets: SocketServer<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, unknown>;
  /** What listeners threw. */
  readonly faults: unknown[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(options: SocketServerOptions = {}) {
    this.sockets = createSocketServer({ onFault: (error) => this.faults.push(error), ...options });
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request, { remoteAddr }) =>
        this.sockets.handle(request, {
          address: request.headers.get("x-test-address") ?? remoteAddr.hostname,
          secure: false,
        }),
    );
  }

  get port(): number {
    return this.#server.addr.port;
  }

  /** Such as `http://127.0.0.1:1234`. */
  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sockets.close();
    await this.#server.shutdown();
  }
}
