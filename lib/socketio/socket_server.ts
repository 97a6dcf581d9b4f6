import { type DefaultEventsMap, Server, type ServerOptions } from "socket.io";
import type { EngineOptions, PeerInfo } from "./engine_options.ts";
import { EngineServer } from "./engine_server.ts";

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

const openers = /["[{\]}]/g;

/** Whether brackets in a text that may hold JSON are nested at most `limit` deep, strings passed over. */
export function isNestedAtMost(text: string, limit: number): boolean {
  let depth = 0;
  openers.lastIndex = 0;
  for (let found = openers.exec(text); found !== null; found = openers.exec(text)) {
    const [mark] = found;
    if (mark === '"') openers.lastIndex = endOfString(text, found.index + 1);
    else if (mark === "[" || mark === "{") depth += 1;
    else depth = Math.max(0, depth - 1);
    if (depth > limit) return false;
  }
  return true;
}

/** Where to go on after a string that begins before `start`. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start); at !== -1; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text[at - 1 - slashes] === "\\") slashes += 1;
    if (slashes % 2 === 0) return at + 1;
  }
  return text.length;
}

/**
 * Wraps a listener of a socket so that neither what it throws nor a promise that it rejects can end the process: socket.io
 * calls listeners where nobody catches.
 */
export function guarded<Values extends unknown[]>(
  listener: (...values: Values) => void | Promise<void>,
  onFault: (error: unknown) => void,
): (...values: Values) => void {
  return (...values) => {
    (async () => await listener(...values))().catch(onFault);
  };
}
