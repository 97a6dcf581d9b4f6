import { assertEquals, assertMatch } from "@std/assert";
import { examine } from "./examine.ts";
import { type Behaviour, converse, FakeEndpoint } from "./fake_endpoint.ts";

const quick = "--skip=size";
const minute = 60_000;

/** A server whose clock is off by some milliseconds, as it says in messages and in its headers. */
function shifted(messages: number | undefined, header: number | undefined): Behaviour {
  const headers = (): Record<string, string> =>
    header === undefined ? {} : { Date: new Date(Date.now() + header).toUTCString() };
  return async (call) => {
    if (!call.isUpgrade) return await call.answer("426 Upgrade Required", headers());
    await call.upgrade();
    await converse(
      call,
      messages === undefined ? {} : { timestamp: Math.floor((Date.now() + messages) / 1000) },
    );
  };
}

Deno.test("doctor sees that a server's clock is ten minutes off, and in which direction", async () => {
  await using ahead = new FakeEndpoint(shifted(10 * minute, 10 * minute));
  const first = await examine([ahead.url("ws"), quick]);
  assertEquals([first.code, first.ids], [1, ["clock-outside-window"]]);
  assertMatch(
    first.check("clock").summary,
    /^the server is 10 min ahead of this machine \(messages\), allowed 300 s$/,
  );
  await using behind = new FakeEndpoint(shifted(undefined, -10 * minute));
  const second = await examine([behind.url("ws"), quick]);
  assertEquals(second.ids, ["clock-outside-window"]);
  assertMatch(second.check("clock").summary, /^the server is 10 min behind this machine \(Date header\)/);
});

Deno.test("doctor warns of clocks that differ within the window", async () => {
  await using endpoint = new FakeEndpoint(shifted(2 * minute, 2 * minute));
  const { code, ids } = await examine([endpoint.url("ws"), quick]);
  assertEquals([code, ids], [1, ["clock-skewed"]]);
});

Deno.test("doctor believes the server's messages more than a header that a proxy may have written", async () => {
  await using endpoint = new FakeEndpoint(shifted(0, 10 * minute));
  const { code, check } = await examine([endpoint.url("ws"), quick]);
  assertEquals([code, check("clock").status], [0, "ok"]);
});
