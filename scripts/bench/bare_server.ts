import { serveCommands } from "./child.ts";

/** The least that a Deno server can do: takes WebSockets, and sends what is posted to all of them. */
export async function bareServer(): Promise<void> {
  const sockets: WebSocket[] = [];
  const send = (frame: string) => {
    for (const socket of sockets) socket.send(frame);
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    if (request.headers.get("upgrade") === null) {
      send(await request.text());
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
