import { io } from "socket.io-client";
import { signAuthentication, testKey } from "../helpers/peer.ts";

/** Clients of every kind, so many of each, until their network is cut off: `doomed_clients.ts URL COUNT`. */
const [url = "", count = "1"] = Deno.args;
const ws = url.replace("http", "ws");
const subscribe = JSON.stringify({
  type: "subscribe",
  streams: ["network_metrics", "markets_health", "peers"],
});

async function open(path: string, first: string): Promise<void> {
  const socket = new WebSocket(`${ws}${path}`);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.onopen = () => socket.send(first);
  socket.onmessage = () => resolve();
  socket.onerror = () => reject(new Error(`Cannot connect to ${path}`));
  await promise;
}

async function follow(): Promise<void> {
  const { body } = await fetch(`${url}/api/v1/streams/network_metrics/events`);
  const reader = body?.getReader();
  await reader?.read();
  void (async () => {
    while (!(await reader?.read())?.done);
  })();
}

async function openSession(): Promise<void> {
  const socket = io(url, { transports: ["websocket"], forceNew: true, auth: { apiKey: Deno.args[2] } });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once("connect", () => resolve());
  socket.once("connect_error", reject);
  await promise;
}

for (let number = 0; number < Number(count); number += 1) {
  await open("/ws", signAuthentication(testKey(20 + number)));
  await open("/ws", subscribe);
  await open("/ws/stream", subscribe);
  await follow();
  await openSession();
}
await Deno.stdout.write(new TextEncoder().encode("ready\n"));
setInterval(() => {}, 1000);
