import { cryptoReady, keypairFromSeed } from "../../lib/crypto/mod.ts";
import { serveCommands } from "./child.ts";

/** What is done with a body before it is sent to all. */
type Act = (body: string) => Promise<void>;

/**
 * The least that a Deno server can do: takes WebSockets, and sends what is posted to all of them; what is posted to `/kept`
 * when it is on the disk, and to `/signed` when it is signed and in the store that was named.
 */
export async function bareServer(): Promise<void> {
  const acts = new Map<string, Act>([["/kept", await keeping()]]);
  const sockets: WebSocket[] = [];
  const send = (frame: string) => {
    for (const socket of sockets) socket.send(frame);
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    if (request.headers.get("upgrade") === null) {
      const frame = await request.text();
      await acts.get(new URL(request.url).pathname)?.(frame);
      send(frame);
      return new Response();
    }
    const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
    socket.onopen = () => sockets.push(socket);
    return response;
  });
  await serveCommands({
    port: () => server.addr.port,
    store: async (path: string) => {
      acts.set("/signed", await signing(path));
    },
    send: (frames: readonly string[]) => frames.forEach(send),
  });
}

/** Writes to a file until the disk has it. */
async function keeping(): Promise<Act> {
  const path = await Deno.makeTempFile({ prefix: "heliograph-bench-" });
  const file = await Deno.open(path, { write: true });
  await Deno.remove(path);
  return async (body) => {
    await file.write(new TextEncoder().encode(body));
    await file.syncData();
  };
}

/** Signs a message and commits it together with the game that it tells of. */
async function signing(store: string): Promise<Act> {
  await cryptoReady();
  const key = keypairFromSeed(new Uint8Array(32).fill(7));
  const kv = await Deno.openKv(store);
  let offset = 0;
  return async (body) => {
    const { games: [game] } = JSON.parse(body);
    const frame = JSON.stringify({ games: [game], offset: offset += 1 });
    await kv.atomic().set(["games", game.game_id], game).set(["log", offset], frame).commit();
    key.sign(frame);
  };
}
