import { assert, assertEquals } from "@std/assert";
import { Connection, Priority } from "../../lib/hub/mod.ts";
import { Places } from "../../lib/hub/places.ts";
import { Refusal } from "../../lib/protocol/mod.ts";
import { Activity } from "../../lib/telemetry/mod.ts";
import { FakeLink } from "../helpers/fake_link.ts";

function create({ maxQueue = 1_000_000, rateLimit = 10 } = {}) {
  const link = new FakeLink();
  let backlogs = 0;
  let ended = 0;
  const connection = new Connection({
    id: "c1",
    place: new Places({ total: 1, perAddress: 1 }).take("a"),
    family: "miners",
    link,
    host: {
      limits: { maxQueue, rateLimit },
      activity: new Activity(),
      elapsed: () => 0,
      backlogged: () => void (backlogs += 1),
      returnTime: () => 1000,
    },
  });
  connection.begin({ receive() {}, ended: () => void (ended += 1) });
  return { link, connection, backlogs: () => backlogs, ended: () => ended };
}

const full = "x".repeat(64 * 1024);

Deno.test("frames go straight to a transport that takes them, whatever their priority", () => {
  const { link, connection, backlogs } = create();
  connection.offer("h", Priority.heartbeat);
  connection.offer("u", Priority.update);
  connection.offer("r", Priority.reply);
  assertEquals([link.sent, backlogs(), connection.queued], [["h", "u", "r"], 0, 0]);
});

Deno.test("when the transport is full, replies go before updates and those before heartbeats, each in order", () => {
  const { link, connection, backlogs } = create();
  link.stuck = true;
  connection.offer(full, Priority.update);
  for (const number of [1, 2]) {
    connection.offer(`h${number}`, Priority.heartbeat);
    connection.offer(`u${number}`, Priority.update);
    connection.offer(`r${number}`, Priority.reply);
  }
  assertEquals([backlogs(), connection.queued], [1, full.length + 12]);
  assertEquals(connection.flush(), false);
  link.read();
  assertEquals(connection.flush(), true);
  assertEquals(link.sent.slice(1), ["r1", "r2", "u1", "u2", "h1", "h2"]);
});

Deno.test("a flush hands over no more than the transport takes, and what remains keeps its order", () => {
  const { link, connection } = create();
  link.stuck = true;
  for (const name of ["a", "b", "c", "d"]) connection.offer(name + full, Priority.update);
  assertEquals(link.sent.length, 1);
  for (const sent of [2, 3]) {
    link.bufferedAmount = 0;
    assertEquals(connection.flush(), false);
    assertEquals(link.sent.length, sent);
  }
  link.bufferedAmount = 0;
  assertEquals(connection.flush(), true);
  assertEquals(link.sent.map(([name]) => name), ["a", "b", "c", "d"]);
});

Deno.test("a connection on which more waits than may is told so and closed, once", () => {
  const { link, connection, ended } = create({ maxQueue: 100_000 });
  link.stuck = true;
  connection.offer(full, Priority.update);
  connection.offer("x".repeat(100_000 - full.length), Priority.update);
  assert(connection.isOpen);
  connection.offer("x", Priority.update);
  connection.offer("x", Priority.update);
  assertEquals(link.closed, { code: 1013, reason: "Slow consumer (c1)" });
  assertEquals(JSON.parse(link.sent.at(-1) ?? "").code, "slow_consumer");
  assertEquals([connection.isOpen, ended(), link.sent.length], [false, 1, 2]);
  // The frames that waited are given up; the transport alone holds something.
  assertEquals(connection.queued, link.bufferedAmount);
  assertEquals(connection.flush(), true);
  assertEquals(link.sent.length, 2);
});

Deno.test("one frame larger than the limit passes when nothing else waits", () => {
  const { link, connection } = create({ maxQueue: 1000 });
  connection.offer(full, Priority.update);
  assertEquals([connection.isOpen, link.sent.length], [true, 1]);
});

Deno.test("after hold() everything waits for release(), whose frames go first", () => {
  const { link, connection } = create();
  connection.hold();
  connection.offer("h", Priority.heartbeat);
  connection.offer("u", Priority.update);
  connection.offer("r", Priority.reply);
  assertEquals([link.sent, connection.flush()], [[], false]);
  connection.release([
    { frame: "welcome", priority: Priority.reply },
    { frame: "missed", priority: Priority.update },
  ]);
  assertEquals(link.sent, ["welcome", "missed", "r", "u", "h"]);
});

Deno.test("what was released is not overtaken by newer frames of the same channel", () => {
  const { link, connection } = create({ maxQueue: 10 });
  link.stuck = true;
  connection.hold();
  connection.release([
    { frame: "welcome", priority: Priority.reply },
    { frame: `u1${full}`, priority: Priority.update },
    { frame: "u2", priority: Priority.update },
    { frame: "r1", priority: Priority.reply },
  ]);
  connection.offer("r2", Priority.reply);
  connection.offer("u3", Priority.update);
  assert(connection.isOpen);
  link.read();
  connection.flush();
  assertEquals(link.sent.map((frame) => frame.slice(0, 2)), ["we", "u1", "r1", "r2", "u2", "u3"]);
});

Deno.test("the room that a release gives ends when all of it is sent", () => {
  const { link, connection } = create({ maxQueue: 70_000 });
  link.stuck = true;
  connection.hold();
  connection.release([{ frame: full, priority: Priority.update }, {
    frame: full,
    priority: Priority.update,
  }]);
  connection.offer("x".repeat(4000), Priority.update);
  assert(connection.isOpen);
  link.read();
  connection.flush();
  link.stuck = true;
  connection.offer(full, Priority.update);
  connection.offer("x".repeat(5000), Priority.update);
  assertEquals(connection.isOpen, false);
});

Deno.test("a connection that was closed while it was held stays silent", () => {
  const { link, connection } = create();
  connection.hold();
  connection.close({ code: 1000, reason: "", reconnect: false });
  connection.release([{ frame: "welcome", priority: Priority.reply }]);
  connection.offer("later", Priority.reply);
  connection.refuse(new Refusal("internal_error"));
  assertEquals([link.sent, link.closed], [[], { code: 1000, reason: "(c1)" }]);
});
