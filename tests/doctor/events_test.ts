import { assertEquals, assertStringIncludes } from "@std/assert";
import { FakeClock } from "../helpers/fake_clock.ts";
import { examine } from "./examine.ts";
import { answering, type Behaviour, type Call, FakeEndpoint } from "./fake_endpoint.ts";

const streams = '{"streams": [{"name": "slow", "period_ms": 9000}, {"name": "fast", "period_ms": 2000}]}';
const head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";

/** A sound endpoint with streams, whose events and polls are answered in some way. */
function withStreams(answer: (call: Call) => Promise<void>): Behaviour {
  return async (call) => {
    if (call.path === "/api/v1/streams") await call.answer("200 OK", {}, streams);
    else if (call.path.startsWith("/api/v1/streams/fast")) await answer(call);
    else await answering()(call);
  };
}

async function eventsFound(answer: (call: Call) => Promise<void>) {
  await using endpoint = new FakeEndpoint(withStreams(answer));
  const { code, ids, check } = await examine([endpoint.url(), "--skip=size,poll"]);
  return { code, ids, summary: check("events").summary };
}

Deno.test("doctor sees a proxy that holds server-sent events back", async () => {
  for (const shownFirst of ["", `${head}\r\n`, `${head}\r\ndata: one\n\n`]) {
    const clock = new FakeClock();
    const asked = Promise.withResolvers<void>();
    await using endpoint = new FakeEndpoint(withStreams(async (call) => {
      await call.write(shownFirst);
      asked.resolve();
      await call.drain();
    }));
    const examining = examine([endpoint.url(), "--skip=size,poll"], { clock });
    await asked.promise;
    await clock.advance(14_000);
    const { code, ids } = await examining;
    assertEquals([code, ids], [1, ["events-buffered"]]);
  }
});

Deno.test("doctor sees events that come in bunches", async () => {
  let time = 0;
  await using endpoint = new FakeEndpoint(withStreams(async (call) => {
    time += 6000;
    await call.write(`${head}\r\ndata: one\n\ndata: two\n\n`);
    await call.drain();
  }));
  const { ids, check } = await examine([endpoint.url(), "--skip=size,poll"], { stopwatch: () => time });
  assertEquals(ids, ["events-buffered"]);
  assertEquals(check("events").findings[0]?.detail, "two events came together after 6 s");
});

Deno.test("doctor sees events that are compressed, refused, of another type or stale", async () => {
  const compressed = await eventsFound(async (call) => {
    await call.write(`${head}Content-Encoding: gzip\r\n\r\n`);
    await call.drain();
  });
  assertEquals([compressed.code, compressed.ids], [1, ["events-compressed"]]);
  const refused = await eventsFound((call) =>
    call.answer("502 Bad Gateway", { "Content-Type": "text/html" })
  );
  assertEquals(refused.ids, ["events-failed"]);
  assertEquals(refused.summary, "502 Bad Gateway, text/html");
  const ended = await eventsFound((call) => call.write(`${head}\r\ndata: one\n\n`));
  assertStringIncludes(ended.summary, "one event of fast came: the answer ended");
  const stale = await eventsFound(async (call) => {
    await call.write(`${head}\r\nevent: stream_status\ndata: {}\n\n`);
    await call.drain();
  });
  assertEquals(stale.ids, ["events-stale"]);
});

Deno.test("doctor sees long polls that are cut", async () => {
  const newest: Behaviour = (call) => call.answer("200 OK", {}, '{"epoch": "e", "offset": 7}');
  const poll = async (answer: Behaviour) => {
    await using endpoint = new FakeEndpoint(
      withStreams((call) => call.path.includes("since=7&epoch=e") ? answer(call) : newest(call)),
    );
    const { ids, check } = await examine([endpoint.url(), "--skip=size,events"]);
    return { ids, summary: check("poll").summary };
  };
  assertEquals((await poll((call) => call.answer("504 Gateway Timeout"))).ids, ["poll-cut"]);
  assertEquals((await poll(() => Promise.resolve())).ids, ["poll-cut"]);
  const news = await poll((call) => call.answer("200 OK", {}, '{"messages": [{}]}'));
  assertEquals(news.ids, []);
  assertStringIncludes(news.summary, "news after");
});

Deno.test("doctor sees long polls that never end", async () => {
  const clock = new FakeClock();
  const asked = Promise.withResolvers<void>();
  await using endpoint = new FakeEndpoint(withStreams(async (call) => {
    if (!call.path.includes("since=")) return await call.answer("200 OK", {}, '{"epoch": "e", "offset": 7}');
    asked.resolve();
    await call.drain();
  }));
  const examining = examine([endpoint.url(), "--skip=size,events"], { clock });
  await asked.promise;
  await clock.advance(15_000);
  assertEquals((await examining).ids, ["poll-cut"]);
});
