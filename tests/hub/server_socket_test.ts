import { assertEquals } from "@std/assert";
import { canSever, type Place, ServerSocket } from "../../lib/hub/mod.ts";
import { closePatience } from "../../lib/hub/server_socket.ts";
import { Places } from "../../lib/hub/places.ts";
import type { Timer } from "../../lib/protocol/mod.ts";
import { collectedHeap } from "../helpers/collected_heap.ts";
import { FakeClock, settle } from "../helpers/fake_clock.ts";
import { RawClient } from "../helpers/raw_client.ts";
import { inTime, until } from "../helpers/until.ts";

const severs = await canSever();

/** One server whose sockets are {@link ServerSocket}s, by a clock that stands still. */
class SocketServer implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly places = new Places({ total: 10, perAddress: 10 });
  /** What its owner was told of the socket that came last. */
  readonly told: (string | number)[] = [];
  place: Place = this.places.take("a");
  socket: ServerSocket | undefined;
  onUpgrade: (socket: WebSocket) => void = () => {};
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
      this.onUpgrade(socket);
      const owner = {
        opened: () => void this.told.push("opened"),
        handleEvent: ({ data }: MessageEvent) => void this.told.push(String(data)),
        ended: (code: number) => void this.told.push("ended", code),
      };
      this.socket = new ServerSocket(socket, { place: this.place, clock: this.clock, owner });
      return response;
    });
  }

  async connect(): Promise<RawClient> {
    const client = await RawClient.open(`ws://127.0.0.1:${this.#server.addr.port}`);
    await until(() => this.told.length > 0, "something to be told");
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

async function readPing(client: RawClient): Promise<void> {
  assertEquals(await inTime(client.read(), "a ping"), "\ufffd\0");
}

/** Reads to the end, which is all that the test waits for. */
async function readToEnd(client: RawClient): Promise<void> {
  try {
    while (await client.read() !== "");
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
  }
}

const [major = 0, minor = 0] = Deno.version.deno.split(".").map(Number);

Deno.test({
  name: "this runtime lets a server end a connection whatever its peer does",
  ignore: major === 2 && minor < 5,
  fn: () => assertEquals(severs, true),
});

Deno.test("a peer that does not answer a close in time is cut off, and its place is free", async () => {
  await using server = new SocketServer();
  using client = await server.connect();
  server.socket?.close(1001, "bye");
  await until(() => !server.socket?.isOpen, "the socket to close");
  await server.clock.advance(closePatience - 1);
  assertEquals([server.told, server.places.taken], [["opened"], 1]);
  await server.clock.advance(1);
  assertEquals([server.told, server.places.taken], [["opened", "ended", 0], 0]);
  if (severs) {
    await readToEnd(client);
    assertEquals(server.clock.pending, 0);
  }
});

Deno.test("a peer in the middle of a frame is cut off as well", async () => {
  await using server = new SocketServer();
  using client = await server.connect();
  await client.write(new Uint8Array([0x81, 0xfe, 0xff, 0xff, 0, 0, 0, 0, ...new Uint8Array(1000)]));
  server.socket?.sever();
  assertEquals([server.told, server.places.taken], [["opened", "ended", 0], 0]);
  if (severs) await readToEnd(client);
});

Deno.test("a peer that does not read what waits for it takes room from its own address alone until it is gone", async () => {
  await using server = new SocketServer();
  {
    using _client = await server.connect();
    // The kernel takes some of it.
    while ((server.socket?.bufferedAmount ?? 0) < 2 ** 20) {
      for (let sent = 0; sent < 16; sent += 1) server.socket?.send("x".repeat(2 ** 18));
      await settle();
    }
    server.socket?.sever();
    assertEquals([server.told, server.places.taken, server.place.hold()], [["opened", "ended", 0], 0, true]);
    server.place.letGo();
    await settle();
    await settle();
  }
  while (server.place.hold()) {
    server.place.letGo();
    await settle();
  }
  assertEquals(server.clock.pending, 0);
});

Deno.test("a peer that answers the close keeps nobody waiting, and its code is told", async () => {
  await using server = new SocketServer();
  using client = await server.connect();
  server.socket?.close(1001, "bye");
  await client.read();
  await client.write(new Uint8Array([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe9]));
  await until(() => server.places.taken === 0, "all places to be free");
  assertEquals([server.told, server.clock.pending], [["opened", "ended", 1001], 0]);
});

Deno.test("a connection that is reset is told of without a code, and frees its place", async () => {
  await using server = new SocketServer();
  (await server.connect())[Symbol.dispose]();
  await until(() => server.places.taken === 0, "all places to be free");
  assertEquals([server.told.slice(0, 2), server.clock.pending], [["opened", "ended"], 0]);
});

Deno.test("a peer that need not say anything is pinged, stays as long as it answers, and is found dead when it does not", async () => {
  await using server = new SocketServer();
  using client = await server.connect();
  server.socket?.expectPongs(100);
  for (let answered = 0; answered < 5; answered += 1) {
    await readPing(client);
    await client.write(new Uint8Array([0x8a, 0x80, 0, 0, 0, 0]));
  }
  assertEquals(server.told, ["opened"]);
  await until(() => server.places.taken === 0, "the peer to be found dead");
  assertEquals([server.told, server.clock.pending], [["opened", "ended", 0], 0]);
  if (severs) await readToEnd(client);
});

Deno.test("a socket that is open keeps nothing of the wait for its opening", async () => {
  await using server = new SocketServer();
  const timers: WeakRef<Timer>[] = [];
  const after = server.clock.after.bind(server.clock);
  server.clock.after = (milliseconds, task) => {
    const timer = after(milliseconds, task);
    timers.push(new WeakRef(timer));
    return timer;
  };
  using _client = await server.connect();
  assertEquals(timers.length, 1);
  await until(() => (collectedHeap(), timers[0]?.deref() === undefined), "the timer to be forgotten");
  assertEquals(server.socket?.isOpen, true);
});

Deno.test("the runtime keeps nothing of a socket that is gone although its peer would have been pinged", async () => {
  await using server = new SocketServer();
  const sockets: WeakRef<WebSocket>[] = [];
  server.onUpgrade = (socket) => void sockets.push(new WeakRef(socket));
  for (let count = 0; count < 20; count += 1) {
    server.place = server.places.take("a");
    const client = await server.connect();
    server.socket?.expectPongs(1e9);
    client[Symbol.dispose]();
    await until(() => server.told.splice(0).includes("ended"), "the end");
  }
  const kept = () => (collectedHeap(), sockets.filter((socket) => socket.deref() !== undefined).length);
  // The last ones may still be about.
  await until(() => kept() < 5, "sockets to be forgotten");
});

Deno.test("an upgrade that never opens gives its place back", async () => {
  const [clock, places] = [new FakeClock(), new Places({ total: 1, perAddress: 1 })];
  const told: string[] = [];
  const owner = {
    opened: () => void told.push("opened"),
    handleEvent: () => {},
    ended: () => void told.push("ended"),
  };
  class Unopened extends EventTarget {
    readonly readyState = WebSocket.CONNECTING;
    readonly bufferedAmount = 0;
  }
  const socket = new Unopened() as unknown as WebSocket;
  new ServerSocket(socket, { place: places.take("a"), clock, owner });
  await clock.advance(9999);
  assertEquals(places.taken, 1);
  await clock.advance(1);
  assertEquals(places.taken, 0);
  socket.dispatchEvent(new Event("open"));
  assertEquals([told, clock.pending], [[], 0]);
});
