import { type DefaultEventsMap, Server, type ServerOptions } from "socket.io";
import type { EngineOptions, PeerInfo } from "./engine_options.ts";
import { EngineServer } from "./engine_server.ts";
import { isNestedAtMost } from "./nesting.ts";

type Events = Record<string, (...values: never[]) => void>;

/** What a {@link createSocketServer} can be told: all that its engine can, and some of socket.io's own options. */
export interface SocketServerOptions extends Partial<EngineOptions> {
  /** How deep the JSON of a message may be nested. */
  readonly maxDepth?: number;
  /**
   * socket.io's own. With `connectionStateRecovery`, middleware sees recovered connections too unless its `skipMiddlewares`
   * says otherwise: who may connect can change while a client is away.
   */
  readonly io?: Partial<
    Pick<
      ServerOptions,
      "adapter" | "cleanupEmptyChildNamespaces" | "connectTimeout" | "connectionStateRecovery" | "parser"
    >
  >;
}

/** A socket.io server without a port of its own: whoever listens hands it its requests. */
export interface SocketServer<Listen extends Events, Emit extends Events, Between extends Events, Data> {
  /** npm socket.io's own. */
  readonly io: Server<Listen, Emit, Between, Data>;
  readonly engine: EngineServer;
  /** Serves a request below the engine's path. */
  handle(request: Request, info: PeerInfo): Promise<Response>;
  /** Ends every connection and resolves when all are gone, or the engine's `closeTimeout` is over. */
  close(): Promise<void>;
}

/** Binds npm socket.io to an {@link EngineServer}. */
export function createSocketServer<
  Listen extends Events = DefaultEventsMap,
  Emit extends Events = Listen,
  Between extends Events = DefaultEventsMap,
  Data = unknown,
>(
  { maxDepth = 64, io: ioOptions = {}, ...engineOptions }: SocketServerOptions = {},
): SocketServer<Listen, Emit, Between, Data> {
  const engine = new EngineServer({
    accepts: (message) => typeof message !== "string" || isNestedAtMost(message, maxDepth),
    ...engineOptions,
  });
  const io = new Server<Listen, Emit, Between, Data>({ serveClient: false, ...withMiddleware(ioOptions) });
  io.bind(engine);
  return {
    io,
    engine,
    handle: (request, info) => engine.handleRequest(request, info),
    async close() {
      await io.close();
      await engine.close();
    },
  };
}

function withMiddleware(options: NonNullable<SocketServerOptions["io"]>): Partial<ServerOptions> {
  const { connectionStateRecovery: recovery } = options;
  if (recovery === undefined) return options;
  return { ...options, connectionStateRecovery: { skipMiddlewares: false, ...recovery } };
}
