/** Seconds that are over at once. */
const atOnce = 0.001;

/**
 * Has the runtime ping the peer of a server's WebSocket that is silent for half of `seconds`, and end the connection when
 * nothing comes in the other half. `Deno.upgradeWebSocket` takes that time as well, and only once, before anybody can know
 * whether the client will say anything by itself.
 *
 * @returns false where the runtime does not let us: then the kernel alone finds out that the peer is dead
 */
export function pingWhenSilent(socket: WebSocket, seconds: number): boolean {
  const [time, restart] = [
    symbolOf(socket, "[[idleTimeout]]"),
    symbolOf(socket, "[[serverHandleIdleTimeout]]"),
  ];
  if (time === undefined || restart === undefined) return false;
  const begin = member(socket, restart);
  if (typeof begin !== "function" || !Reflect.set(socket, time, seconds)) return false;
  Reflect.apply(begin, socket, []);
  return true;
}

/** Ends it for a socket that is gone: the runtime would keep the socket, some 3 KB, until its timer fires. */
export function stopPinging(socket: WebSocket): void {
  pingWhenSilent(socket, atOnce);
}

/** Whether {@link sever} does what it says; believed until {@link canSever} has tried. */
let works = true;

/**
 * Ends the TCP connection under one of the server's WebSockets at once, whatever its peer does. No public interface of the
 * runtime does so: `close()` waits for the peer's answer for ever. On Deno 2.9 the socket's resource can be dropped; on 2.4
 * the runtime goes on waiting for the peer all the same, which {@link canSever} finds out.
 *
 * @returns false where it cannot
 */
export function sever(socket: WebSocket): boolean {
  if (!works) return false;
  const resource = resourceOf(socket);
  const drop = dropperOf(Deno);
  if (resource === undefined || drop === undefined) return false;
  drop(resource);
  return true;
}

/** Milliseconds in which the peer of a severed connection sees its end; it takes less than one. */
const patience = 1000;
const handshake = new TextEncoder().encode(
  "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
);

/** Finds out whether {@link sever} works on this runtime, on a connection of this process with itself. */
export async function canSever(): Promise<boolean> {
  const isUpgraded = Promise.withResolvers<WebSocket>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
    socket.addEventListener("open", () => isUpgraded.resolve(socket));
    return response;
  });
  using peer = await Deno.connect({ port: server.addr.port });
  await peer.write(handshake);
  const socket = await isUpgraded.promise;
  socket.close();
  const isEnded = sever(socket) ? endOf(peer) : Promise.resolve(false);
  const { promise: tooLong, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(resolve, patience, false);
  try {
    return works = await Promise.race([isEnded, tooLong]);
  } finally {
    clearTimeout(timer);
    await server.shutdown();
  }
}

async function endOf(peer: Deno.Conn): Promise<true> {
  const buffer = new Uint8Array(1024);
  try {
    while (await peer.read(buffer) !== null);
  } catch {
    // Closed by `using`, or reset: both are an end.
  }
  return true;
}

/** The number by which the runtime knows a server's WebSocket. */
function resourceOf(socket: WebSocket): number | undefined {
  const resource = insideOf(socket, "[[rid]]");
  return typeof resource === "number" ? resource : undefined;
}

/** What drops a resource of the runtime. */
function dropperOf(runtime: object): ((resource: number) => void) | undefined {
  const internal = member(runtime, "internal");
  const core = typeof internal === "symbol" ? member(member(runtime, internal), "core") : undefined;
  const drop = member(core, "tryClose");
  return typeof drop === "function" ? (resource) => drop(resource) : undefined;
}

/**
 * What the runtime keeps under symbols of its own, for what it has no public way to do. No interface: each use has a check
 * that it still works, and goes without where it does not.
 */
function insideOf(object: object, name: string): unknown {
  const symbol = symbolOf(object, name);
  return symbol === undefined ? undefined : member(object, symbol);
}

/** The symbol of that name, of the object itself or of its class. */
function symbolOf(object: object, name: string): symbol | undefined {
  for (let owner: object | null = object; owner !== null; owner = Object.getPrototypeOf(owner)) {
    const symbol = Object.getOwnPropertySymbols(owner).find(({ description }) => description === name);
    if (symbol !== undefined) return symbol;
  }
  return undefined;
}

function member(object: unknown, name: string | symbol): unknown {
  return typeof object === "object" && object !== null ? Reflect.get(object, name) : undefined;
}
