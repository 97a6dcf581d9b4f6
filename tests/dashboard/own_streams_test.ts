import { assertEquals } from "@std/assert";
import { fieldsOf, OwnStreams } from "../../lib/dashboard/model/own_streams.ts";
import { Frames } from "../../lib/dashboard/model/slice.ts";
import { ScriptedStreams } from "../e2e/dashboard/scripted_streams.ts";

function start(...names: string[]) {
  const streams = new ScriptedStreams();
  const own = new OwnStreams(streams, new Frames(() => {}));
  const name = (...available: string[]) => {
    streams.change({ available: ["network_metrics", "peers", ...available] });
    own.follow();
  };
  name(...names);
  return { streams, own, name };
}

Deno.test("streams that the server names beside those of the protocol are listened to, and shown with what came last", () => {
  const { streams, own } = start("fees", "blocks");
  assertEquals(own.values.next.map(({ name, fields }) => [name, fields]), [["fees", undefined], [
    "blocks",
    undefined,
  ]]);
  streams.sendOwn("fees", { base: 12_345, by: { kind: "low", list: [1, null] } }, 100);
  const [fees] = own.values.next;
  assertEquals(fees?.at, 100);
  assertEquals(fees?.fields?.map(({ path, text }) => `${path} ${text}`), [
    "base 12,345",
    "by.kind low",
    "by.list.0 1",
    "by.list.1 –",
  ]);
});

Deno.test("what the server names no more is not listened to any more, and what stays keeps its value", () => {
  const { streams, own, name } = start("fees", "blocks");
  streams.sendOwn("fees", { base: 1 }, 100);
  name("fees");
  assertEquals([streams.listeners, own.values.next.map(({ name, at }) => [name, at])], [1, [["fees", 100]]]);
  own.stop();
  assertEquals(streams.listeners, 0);
});

Deno.test("a stream whose source has gone says so until it is back", () => {
  const { streams, own } = start("fees");
  streams.change({ stale: { fees: "the node refused the connection" } });
  own.follow();
  assertEquals(own.values.next[0]?.stale, "the node refused the connection");
  streams.change({ stale: {} });
  own.follow();
  assertEquals(own.values.next[0]?.stale, undefined);
});

Deno.test("however many streams there are and whatever they carry, what is shown is bounded", () => {
  const { own } = start(...Array.from({ length: 100 }, (_, index) => `s${index}`));
  assertEquals(own.values.next.length, 24);
  const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`f${index}`, index]));
  assertEquals(fieldsOf(wide).length, 24);
  assertEquals(fieldsOf({ a: { b: { c: { d: { e: 1 } } } } }), [
    { path: "a.b.c.d", text: '{"e":1}', full: '{"e":1}' },
  ]);
  const [long] = fieldsOf({ text: "x".repeat(5000) });
  assertEquals([(long?.text.length ?? 0) <= 41, long?.full.length], [true, 500]);
});
