import { assert, assertEquals } from "@std/assert";
import { type Connection, Hub, Priority } from "../../lib/hub/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { FakeLink } from "../helpers/fake_link.ts";

const [heartbeatInterval, connectionTimeout] = [60_000, 300_000];

/** A hub with five miners that are authenticated, and the heartbeats that it sends them. */
function crowded(places = { maxConnections: 10, maxConnectionsPerAddress: 10 }) {
  const clock = new FakeClock();
  const hub = new Hub({
    clock,
    limits: {
      ...places,
      heartbeatInterval,
      connectionTimeout,
      authTimeout: 10_000,
      maxMessageSize: 1000,
      maxQueue: 1000,
      rateLimit: 50,
    },
  });
  const links = new Map<Connection, FakeLink>();
  const connections = ["a", "b", "c", "d", "e"].map((peer) => {
    const link = new FakeLink();
    const connection = hub.admit(link, hub.reserve("127.0.0.1"), "miners");
    connection.peer = peer;
    links.set(connection, link);
    return connection;
  });
  let heartbeats = 0;
  hub.setHeartbeat("miners", (due) => void (heartbeats += due.length));
  hub.start();
  return { clock, hub, connections, links, heartbeats: () => heartbeats };
}

type Tuple<T> = [T, T, T, T, T];

const isOpen = ({ isOpen }: Connection) => isOpen;

for (const step of [400_000, -200_000]) {
  Deno.test(`a wall clock that is set by ${step / 1000} s closes nobody, and heartbeats go on`, async () => {
    const { clock, hub, connections, heartbeats } = crowded();
    await clock.advance(30_000);
    clock.setWall(step);
    await clock.advance(2000);
    assertEquals([connections.filter(isOpen).length, heartbeats()], [5, 0]);
    await clock.advance(30_000);
    assertEquals([connections.filter(isOpen).length, heartbeats()], [5, 5]);
    for (const connection of connections) hub.receive(connection, "{}");
    await clock.advance(connectionTimeout - 2000);
    assertEquals(connections.filter(isOpen).length, 5);
    await clock.advance(4000);
    assertEquals(connections.filter(isOpen).length, 0);
    hub.stop();
  });
}

Deno.test("a process that stood still reads what waits before it judges who is silent", async () => {
  const { clock, hub, connections } = crowded();
  await clock.advance(10_000);
  clock.standStill(2 * connectionTimeout);
  await clock.advance(100);
  assertEquals(connections.filter(isOpen).length, 5);
  for (const connection of connections.slice(0, 4)) hub.receive(connection, "{}");
  await clock.advance(3000);
  assertEquals(connections.map(isOpen), [true, true, true, true, false]);
  hub.stop();
});

Deno.test("who need not say anything is closed when it takes nothing of what waits for it, for as long as others may be silent", async () => {
  const { clock, hub, connections, links } = crowded();
  for (const connection of connections) connection.begin({ mayBeSilent: true, receive() {}, ended() {} });
  await clock.advance(1000);
  const [[stuck, stuckLink], [slow, slowLink], [quick]] = [...links] as Tuple<[Connection, FakeLink]>;
  stuckLink.stuck = slowLink.stuck = true;
  for (const connection of [stuck, slow, quick]) connection.offer("x".repeat(100), Priority.update);
  await clock.advance(connectionTimeout / 2);
  slowLink.bufferedAmount -= 1;
  // That more is sent is no sign of life.
  stuck.offer("x", Priority.heartbeat);
  await clock.advance(connectionTimeout / 2 + 2000);
  assertEquals(connections.map(isOpen), [false, true, true, true, true]);
  assertEquals([stuckLink.closed?.code, hub.activity.slowConsumers.miners], [1013, 1]);
  hub.stop();
});

Deno.test("a heartbeat is made once for all who came within some seconds, and none is late", async () => {
  const { clock, hub, connections } = crowded();
  for (const peer of ["f", "g", "h", "i"]) {
    await clock.advance(1000);
    const connection = hub.admit(new FakeLink(), hub.reserve("127.0.0.1"), "miners");
    connection.peer = peer;
    connections.push(connection);
  }
  const last = new Map(connections.map((connection) => [connection, connection.openedAt]));
  let [made, latest] = [0, 0];
  hub.setHeartbeat("miners", (due) => {
    made += 1;
    for (const connection of due) {
      latest = Math.max(latest, clock.elapsed() - (last.get(connection) ?? 0));
      last.set(connection, clock.elapsed());
      hub.receive(connection, "{}");
    }
  });
  await clock.advance(4 * heartbeatInterval);
  assertEquals(latest <= heartbeatInterval, true, `${latest} ms`);
  assertEquals(made <= 8, true, `${made} times`);
  hub.stop();
});

Deno.test("many who come at once do not answer at once ever after", async () => {
  const { clock, hub } = crowded({ maxConnections: 1200, maxConnectionsPerAddress: 1200 });
  for (let peer = hub.size; peer < 1200; peer += 1) {
    hub.admit(new FakeLink(), hub.reserve("127.0.0.1"), "miners").peer = `${peer}`;
  }
  const sizes: number[] = [];
  hub.setHeartbeat("miners", (due) => {
    sizes.push(due.length);
    for (const connection of due) hub.receive(connection, "{}");
  });
  await clock.advance(3 * heartbeatInterval);
  assertEquals(Math.max(...sizes), 100);
  assert(sizes.reduce((sum, size) => sum + size) >= 3600);
  hub.stop();
});

Deno.test("what is told of a connection goes by the wall clock", async () => {
  const { clock, hub, connections: [connection] } = crowded();
  if (connection === undefined) throw new Error("no connection");
  await clock.advance(5000);
  hub.receive(connection, "{}");
  const { openedAt, heardAt, heartbeatAt } = hub.describe(connection);
  assertEquals([openedAt, heardAt, heartbeatAt], [clock.now() - 5000, clock.now(), undefined]);
  hub.stop();
});
