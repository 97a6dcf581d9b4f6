import { serveCommands } from "./child.ts";

/**
 * The least that a Deno server can do: takes WebSockets, and sends what is posted to all of them; what is posted to `/kept`
 * when it is on the disk.
 */
export async function bareServer(): Promise<void> {
  const path = await Deno.makeTempFile({ prefix: "heliograph-bench-" });
  const file = await Deno.open(path, { write: true });
  await Deno.remove(path);
  const keep = async (frame: string) => {
    await file.write(new TextEncoder().encode(frame));
    await file.syncData();
  };
  const sockets: WebSocket[] = [];
  const send = (frame: string) => {
    for (const socket of sockets) socket.send(frame);
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    if (request.headers.get("upgrade") === null) {
      const frame = await request.text();
      if (new URL(request.url).pathname === "/kept") await keep(frame);
      send(frame);
      return new Response();
    }
    const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
    socket.onopen = () => sockets.push(socket);
    return response;
  });
  await serveCommands({
    port: () => server.addr.port,
    send: (frames: readonly string[]) => frames.forEach(send),
  });
}
