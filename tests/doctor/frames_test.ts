import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FakeClock } from "../helpers/fake_clock.ts";
import { examine } from "./examine.ts";
import { answering, type Call, converse, FakeEndpoint } from "./fake_endpoint.ts";

/** Lets a test wait until something has happened a number of times. */
class Tally {
  #count = 0;
  #waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  add(): void {
    this.#count += 1;
    for (const { count, resolve } of this.#waiting) if (this.#count >= count) resolve();
  }

  reached(count: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#count >= count) resolve();
      this.#waiting.push({ count, resolve });
    });
  }
}

/** An endpoint that takes upgrades alone. */
function upgrading(serve: (call: Call) => Promise<void>): FakeEndpoint {
  return new FakeEndpoint(async (call) => {
    if (!call.isUpgrade) return await call.answer("426 Upgrade Required");
    await call.upgrade();
    await serve(call);
  });
}

/** What comes before the client closes. */
async function* framesOf(call: Call) {
  for (let frame = await call.frame(); frame !== undefined; frame = await call.frame()) {
    if (frame.opcode === 8) return;
    yield frame;
  }
}

Deno.test("doctor sees a proxy that eats frames after the upgrade", async () => {
  const clock = new FakeClock();
  const eaten = new Tally();
  await using endpoint = upgrading(async (call) => {
    for await (const frame of framesOf(call)) {
      if (frame.opcode === 1) eaten.add();
    }
  });
  const examining = examine([endpoint.url("ws")], { clock });
  await eaten.reached(1);
  await clock.advance(5000);
  const { code, ids, check } = await examining;
  assertEquals([code, ids, check("heartbeat").status], [1, ["frames-eaten"], "skipped"]);
});

Deno.test("doctor tells why a server closes right after the upgrade", async () => {
  await using endpoint = upgrading(async (call) => {
    await call.send(8, new Uint8Array([0x03, 0xf5, ...new TextEncoder().encode("Max connections reached")]));
    await call.drain();
  });
  const { code, ids, check } = await examine([endpoint.url("ws")]);
  assertEquals([code, ids], [1, ["frames-closed"]]);
  assertEquals(check("frames").summary, "closed with 1013: Max connections reached");
});

Deno.test("doctor sees that pings are not answered though messages are", async () => {
  const clock = new FakeClock();
  const answered = new Tally();
  await using endpoint = upgrading(async (call) => {
    for await (const frame of framesOf(call)) {
      if (frame.opcode === 1) await call.send(1, '{"type":"pong"}');
      // Its answer to this one says that it has read what came before.
      if (frame.opcode === 1) await call.send(9, "");
      if (frame.opcode === 10) answered.add();
    }
  });
  const examining = examine([endpoint.url("ws"), "--skip=size"], { clock });
  await answered.reached(1);
  await clock.advance(5000);
  const { code, ids, check } = await examining;
  assertEquals([code, ids, check("heartbeat").status], [1, ["frames-no-pong"], "ok"]);
});

Deno.test("doctor says when heartbeats stay without an answer", async () => {
  const clock = new FakeClock();
  const lost = new Tally();
  let connections = 0;
  await using endpoint = upgrading(async (call) => {
    connections += 1;
    // The attempts of the protocol and the browser come first, then the frames, then the heartbeats.
    const limit = connections > before ? 3 : Infinity;
    let count = 0;
    for await (const frame of framesOf(call)) {
      if (frame.opcode === 9) await call.send(10, frame.text);
      else if (count++ < limit) await call.send(1, '{"type":"pong"}');
      else lost.add();
    }
  });
  const examining = examine([endpoint.url("ws"), "--skip=size"], { clock });
  await lost.reached(1);
  await clock.advance(30_000);
  const { ids, check } = await examining;
  assertEquals(ids, ["heartbeat-lost"]);
  assertStringIncludes(check("heartbeat").summary, "after 3 of 20");
});

/** Answers pings and messages until the client closes, and counts the messages: a client that has sent one is ready for what follows. */
async function conversing(call: Call, messages: Tally): Promise<void> {
  for await (const frame of framesOf(call)) {
    if (frame.opcode === 9) await call.send(10, frame.text);
    if (frame.opcode !== 1) continue;
    await call.send(1, '{"type":"pong"}');
    messages.add();
  }
}

/** How many connections are opened before one is held idle: three paths, one as a browser, one for frames. */
const before = 5;

Deno.test("doctor finds after how long something cuts idle connections", async () => {
  const clock = new FakeClock();
  const [greeted, closed] = [new Tally(), new Tally()];
  let connections = 0;
  await using endpoint = upgrading(async (call) => {
    connections += 1;
    if (connections <= before) return await converse(call);
    const cut = Promise.withResolvers<void>();
    const timer = clock.after(75_000, () => cut.resolve());
    await Promise.race([conversing(call, greeted), cut.promise]);
    timer.cancel();
    closed.add();
  });
  const args = [endpoint.url("ws"), "--skip=size,heartbeat,events,poll", "--idle=30,60,100"];
  const examining = examine(args, { clock });
  await greeted.reached(3);
  await clock.advance(30_000);
  await closed.reached(1);
  await clock.advance(30_000);
  await closed.reached(2);
  await clock.advance(15_000);
  const { code, ids, check } = await examining;
  assertEquals([code, ids], [1, ["idle-cut"]]);
  assertEquals(check("idle").summary, "alive after 60 s; cut after 75 s, without a word");
});

Deno.test("doctor tells connections that die silently from those that the server ends", async () => {
  const clock = new FakeClock();
  const asked = new Tally();
  const greeted = new Tally();
  await using endpoint = upgrading(async (call) => {
    for await (const frame of framesOf(call)) {
      if (frame.text === "still there") asked.add();
      else if (frame.opcode === 9) await call.send(10, frame.text);
      else {
        await call.send(1, '{"type":"pong"}');
        greeted.add();
      }
    }
  });
  const examining = examine([endpoint.url("ws"), "--skip=size,heartbeat,events,poll", "--idle=30"], {
    clock,
  });
  // On the connection for frames, and on the one that is held.
  await greeted.reached(2);
  await clock.advance(30_000);
  await asked.reached(1);
  await clock.advance(10_000);
  const { code, ids } = await examining;
  assertEquals([code, ids], [1, ["idle-dead"]]);
});

Deno.test("doctor takes it as the server's own rule when it closes an idle connection with a reason", async () => {
  const clock = new FakeClock();
  let connections = 0;
  await using endpoint = upgrading(async (call) => {
    connections += 1;
    if (connections <= before) return await converse(call);
    await call.send(8, new Uint8Array([0x03, 0xe9, ...new TextEncoder().encode("Heartbeat timeout")]));
    await call.drain();
  });
  const { code, ids, check } = await examine(
    [endpoint.url("ws"), "--skip=size,heartbeat,events,poll", "--idle=30"],
    { clock },
  );
  assertEquals([code, ids], [0, ["idle-closed"]]);
  assertMatch(check("idle").summary, /closed after 0 s: 1001 Heartbeat timeout/);
});

Deno.test("doctor holds nothing idle unless asked", async () => {
  await using endpoint = new FakeEndpoint(answering());
  const { check } = await examine([endpoint.url("ws"), "--skip=size"]);
  assertEquals(check("idle").status, "skipped");
});

Deno.test("doctor finds out how large messages may be whatever the server says of those that it does not take", async () => {
  const answer = (type: string) => JSON.stringify({ type, message: "E17" });
  for (const always of [false, true]) {
    await using endpoint = upgrading(async (call) => {
      for await (const { opcode, text } of framesOf(call)) {
        if (opcode === 9) await call.send(10, text);
        else await call.send(1, answer(always || text.length > 16_384 ? "error" : "pong"));
      }
    });
    const { ids, check } = await examine(["--skip=heartbeat,clock", endpoint.url("ws")]);
    if (always) assertEquals(ids.includes("size-small"), false, check("size").summary);
    else assertStringIncludes(check("size").summary, "4 KiB is taken, 64 KiB is not (E17)");
  }
});
