import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { inflateRawSync } from "node:zlib";
import { Batcher, BatchLink, DeflateLink, Deflater, type Frame } from "../../lib/hub/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { FakeLink } from "../helpers/fake_link.ts";

const long = (name: string) => JSON.stringify({ name, text: "so it goes ".repeat(60) });

function inflate(frame: Frame | undefined): string {
  return typeof frame === "object" ? inflateRawSync(frame).toString() : "not deflated";
}

Deno.test("a deflating link sends long messages as raw deflate, made once for all links, and short ones as they are", () => {
  const deflater = new Deflater();
  const links = [new FakeLink(), new FakeLink()];
  const text = long("a");
  for (const link of links) {
    const deflating = new DeflateLink(link, deflater);
    deflating.send(text);
    deflating.send("short");
  }
  const [first, second] = links.map(({ sent }) => sent);
  assertEquals([inflate(first?.[0]), first?.[1]], [text, "short"]);
  assertStrictEquals(first?.[0], second?.[0]);
  assert((first?.[0]?.length ?? 0) < text.length / 3);
});

Deno.test("what a deflater keeps is bounded, and a frame that it forgot is made anew", () => {
  const deflater = new Deflater();
  const first = deflater.deflate(long("first"));
  for (let index = 0; index < 20; index++) deflater.deflate(`${index}${"x".repeat(300_000)}`);
  const again = deflater.deflate(long("first"));
  assert(first !== again);
  assertEquals(again, first);
});

Deno.test("a batching link sends what comes within a tick as one array, in order, made once for equal ones", async () => {
  const clock = new FakeClock();
  const batcher = new Batcher(clock);
  const links = [new FakeLink(), new FakeLink(), new FakeLink()];
  const [one, two, three] = links.map((link) => new BatchLink(link, batcher));
  for (const frame of ['{"n":1}', '{"n":2}']) {
    one?.send(frame);
    two?.send(frame);
  }
  three?.send('{"n":2}');
  assertEquals([one?.bufferedAmount, clock.pending], [14, 1]);
  assertEquals(links.map(({ sent }) => sent.length), [0, 0, 0]);
  await clock.advance(50);
  assertEquals(links.map(({ sent }) => sent), [['[{"n":1},{"n":2}]'], ['[{"n":1},{"n":2}]'], ['[{"n":2}]']]);
  assertEquals([one?.bufferedAmount, clock.pending], [0, 0]);
  one?.send('{"n":3}');
  await clock.advance(50);
  assertEquals(links[0]?.sent[1], '[{"n":3}]');
});

Deno.test("a batching link that is closed sends first what it has gathered", async () => {
  const clock = new FakeClock();
  const link = new FakeLink();
  const batching = new BatchLink(link, new Batcher(clock));
  batching.send('{"type":"error"}');
  batching.close(1001, "over");
  assertEquals([link.sent, link.closed?.code], [['[{"type":"error"}]'], 1001]);
  await clock.advance(50);
  assertEquals(link.sent.length, 1);
});
