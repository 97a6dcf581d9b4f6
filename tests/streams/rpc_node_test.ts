import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type Clock, systemClock } from "../../lib/protocol/mod.ts";
import { NodeError } from "../../lib/streams/mod.ts";
import { RpcNode } from "../../lib/streams/rpc_node.ts";
import { FakeClock, settle } from "../helpers/fake_clock.ts";
import { FakeNode, type FakeNodeMode, FakeRpcError } from "../helpers/fake_node.ts";

const reach = (url: string, clock: Clock = new FakeClock()) => new RpcNode({ url, clock });

/** What a call that fails says. */
async function failure(call: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => call, NodeError)).message;
}

const header = { number: 123_456, finality_time: 6 };

Deno.test("calls made in the same turn travel as one batch, identical ones once", async () => {
  await using fake = FakeNode.start();
  fake.results["echo"] = (params: unknown) => params;
  const node = reach(fake.url);
  const results = await Promise.all([
    node.call("light.latest_header"),
    node.call("echo", { a: 1 }),
    node.call("light.latest_header"),
    node.call("echo", { a: 2 }),
  ]);
  assertEquals(results, [header, { a: 1 }, header, { a: 2 }]);
  assertEquals([fake.requests.length, fake.calls("light.latest_header"), fake.calls("echo")], [1, 1, 2]);
  assertEquals(fake.requests[0]?.batch, true);
});

Deno.test("a single call travels as a plain object, without params where there are none", async () => {
  await using fake = FakeNode.start();
  const node = reach(fake.url);
  assertEquals(await node.call("light.latest_header"), header);
  assertEquals(JSON.parse(fake.requests[0]?.body ?? ""), {
    jsonrpc: "2.0",
    id: 1,
    method: "light.latest_header",
  });
  assertEquals(fake.requests[0]?.headers.get("content-type"), "application/json");
  await Promise.all([node.call("receipt.audit", { limit: 10 }), node.call("receipt.audit", { limit: 10 })]);
  assertEquals(fake.requests[1]?.calls, [
    { jsonrpc: "2.0", id: 1, method: "receipt.audit", params: { limit: 10 } } as never,
  ]);
});

Deno.test("calls of later turns are asked anew", async () => {
  await using fake = FakeNode.start();
  const node = reach(fake.url);
  await node.call("net.stats");
  await node.call("net.stats");
  assertEquals([fake.requests.length, fake.calls("net.stats")], [2, 2]);
});

Deno.test("a node without batches is asked one by one, and no batch is tried on it again", async () => {
  await using fake = FakeNode.start();
  fake.mode = "no_batches";
  const node = reach(fake.url);
  const poll = () => Promise.all([node.call("light.latest_header"), node.call("net.stats")]);
  assertEquals((await poll())[0], header);
  assertEquals(fake.requests.map(({ batch }) => batch), [true, false, false]);
  assertEquals((await poll())[0], header);
  assertEquals(fake.requests.map(({ batch }) => batch), [true, false, false, false, false]);
});

const unusableBatches: Record<string, () => Response> = {
  "HTTP 400": () => new Response("bad request", { status: 400 }),
  "HTTP 500": () => new Response("", { status: 500 }),
  "text that is not JSON": () => new Response("<html>"),
  "an object": () => Response.json({ jsonrpc: "2.0", id: null, result: 1 }),
  "a list with one error for all": () => Response.json([{ id: null, error: { code: -32600 } }]),
  "an empty list": () => Response.json([]),
};

for (const [what, respond] of Object.entries(unusableBatches)) {
  Deno.test(`a batch answered with ${what} is sent again one by one`, async () => {
    await using fake = FakeNode.start();
    fake.onRequest = ({ batch }) => batch ? respond() : undefined;
    const node = reach(fake.url);
    const outcomes = await Promise.allSettled([node.call("light.latest_header"), node.call("no.such")]);
    assertEquals(outcomes.map(({ status }) => status), ["fulfilled", "rejected"]);
    assertEquals(fake.requests.map(({ batch }) => batch), [true, false, false]);
  });
}

Deno.test("batches are not given up while single calls fail as well", async () => {
  await using fake = FakeNode.start();
  fake.mode = "http_500";
  const node = reach(fake.url);
  const poll = () => Promise.allSettled([node.call("net.peers"), node.call("net.stats")]);
  await poll();
  assertEquals(fake.requests.length, 3);
  fake.mode = "normal";
  await poll();
  assertEquals(fake.requests.map(({ batch }) => batch), [true, false, false, true]);
});

Deno.test("a call that a batch's answer leaves out fails alone", async () => {
  await using fake = FakeNode.start();
  fake.onRequest = ({ calls }) => Response.json([{ jsonrpc: "2.0", id: String(calls[0]?.id), result: 7 }]);
  const node = reach(fake.url);
  const [first, second] = [node.call("net.peers"), node.call("net.stats")];
  const message = await failure(second);
  assertEquals(await first, 7);
  assertEquals(message, "the node answered nonsense to net.stats: it is missing in the batch");
});

const answers: Record<string, readonly [() => Response, string]> = {
  "HTTP 502": [() => new Response("<html>", { status: 502 }), "the node answered HTTP 502"],
  "a redirect": [
    () => new Response(null, { status: 302, headers: { location: "http://127.0.0.1/secret" } }),
    "the node answered HTTP 302",
  ],
  "an error": [
    () => Response.json({ id: 1, error: { code: -32601, message: "Method not found" } }),
    "the node answered net.peers with error -32601: Method not found",
  ],
  "an error with a status of its own": [
    () => Response.json({ id: 1, error: { code: -32601, message: "Method not found" } }, { status: 404 }),
    "the node answered net.peers with error -32601: Method not found",
  ],
  "an error that is a text": [
    () => Response.json({ id: 1, error: "busy" }),
    "the node answered net.peers with error: busy",
  ],
  "an error of another type": [
    () => Response.json({ id: 1, error: 7 }),
    "the node answered net.peers with an error that it does not describe",
  ],
  "an error with control characters": [
    () => Response.json({ id: 1, error: { code: 1, message: "a\u001b[31m\nb\u202e" } }),
    "the node answered net.peers with error 1: a\\u001b[31m\\u000ab\\u202e",
  ],
  "a long error": [
    () => Response.json({ id: 1, error: { code: 1, message: "x".repeat(9999) } }),
    `the node answered net.peers with error 1: ${"x".repeat(200)}`,
  ],
  "nothing": [
    () => new Response(""),
    "the node answered nonsense to net.peers: expected JSON at most 32 levels deep",
  ],
  "what is nested too deeply": [
    () => new Response(`{"result": ${"[".repeat(200_000)}${"]".repeat(200_000)}}`),
    "the node answered nonsense to net.peers: expected JSON at most 32 levels deep",
  ],
  "more than 1 MiB": [
    () => new Response(JSON.stringify({ id: 1, result: "x".repeat(1024 * 1024) })),
    "the node answered nonsense to net.peers: larger than 1 MiB",
  ],
  "a list": [() => Response.json([1]), "the node answered nonsense to net.peers: expected an object"],
  "neither result nor error": [
    () => Response.json({ id: 1, jsonrpc: "2.0" }),
    "the node answered nonsense to net.peers: expected a result or an error",
  ],
};

for (const [what, [respond, expected]] of Object.entries(answers)) {
  Deno.test(`a call answered with ${what} says so`, async () => {
    await using fake = FakeNode.start();
    fake.onRequest = respond;
    assertEquals(await failure(reach(fake.url).call("net.peers")), expected);
    assertEquals(fake.requests.length, 1);
  });
}

Deno.test("an answer of nearly 1 MiB is read, and one without end is given up", async () => {
  await using fake = FakeNode.start();
  fake.onRequest = () => Response.json({ id: 1, result: "x".repeat(1024 * 1024 - 100) });
  assertEquals(String(await reach(fake.url).call("net.peers")).length, 1024 * 1024 - 100);
  const chunk = new Uint8Array(64 * 1024).fill(0x20);
  fake.onRequest = () => new Response(new ReadableStream({ pull: (body) => body.enqueue(chunk) }));
  const message = await failure(reach(fake.url).call("net.peers"));
  assertEquals(message, "the node answered nonsense to net.peers: larger than 1 MiB");
});

Deno.test("an error beside no batch reaches each call, a result of null is one, error null is none", async () => {
  await using fake = FakeNode.start();
  fake.results["null"] = null;
  fake.results["broken"] = new FakeRpcError(-32000, "syncing");
  fake.onRequest = ({ calls, batch }) =>
    batch ? undefined : Response.json({ id: calls[0]?.id, result: 1, error: null });
  const node = reach(fake.url);
  const [fine, broken] = [node.call("null"), node.call("broken")];
  assertEquals(await failure(broken), "the node answered broken with error -32000: syncing");
  assertEquals(await fine, null);
  assertEquals(await node.call("net.stats"), 1);
});

Deno.test("a refused connection is not tried twice in a poll, and the node is found when it is back", async () => {
  await using fake = FakeNode.start();
  let attempts = 0;
  const counting = (url: string, init: RequestInit) => {
    attempts++;
    return fetch(url, init);
  };
  const node = new RpcNode({ url: fake.url, clock: new FakeClock(), fetch: counting });
  await fake.goDown();
  const calls = [node.call("net.peers"), node.call("net.stats")];
  const messages = await Promise.all(calls.map(failure));
  assertEquals(messages, Array(2).fill("the node refused the connection"));
  assertEquals(attempts, 1);
  fake.comeBack();
  assertEquals(await node.call("light.latest_header"), header);
});

Deno.test("a connection that is cut says so", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const cutting = (async () => {
    const connection = await listener.accept();
    await connection.read(new Uint8Array(1024));
    connection.close();
  })();
  const message = await failure(reach(`http://127.0.0.1:${listener.addr.port}`).call("net.peers"));
  assertEquals(message, "the node cut the connection");
  await cutting;
  listener.close();
});

Deno.test("whatever else fails below has a message that names no URL", async () => {
  const failing = () => Promise.reject(new TypeError("error sending request for url (http://a.b/key)"));
  const node = new RpcNode({ url: "http://a.b/key", clock: new FakeClock(), fetch: failing });
  const error = await assertRejects(() => node.call("net.peers"), NodeError);
  assertEquals([error.message, error.cause], ["the connection to the node failed", undefined]);
});

Deno.test("a node that does not answer within 5 s fails all calls of the poll, and is not asked again in it", async () => {
  await using fake = FakeNode.start();
  fake.mode = "silent";
  const clock = new FakeClock();
  const node = reach(fake.url, clock);
  const failures = Promise.all([node.call("net.peers"), node.call("net.stats")].map(failure));
  await fake.arrived(1);
  await clock.advance(4999);
  assertEquals(clock.pending, 1);
  await clock.advance(1);
  assertEquals(await failures, Array(2).fill("no answer from the node within 5 s"));
  assertEquals([fake.requests.length, clock.pending], [1, 0]);
});

Deno.test("a body that trickles counts into the 5 s", async () => {
  await using fake = FakeNode.start();
  const began = Promise.withResolvers<void>();
  fake.onRequest = () => {
    const start = (body: ReadableStreamDefaultController<Uint8Array>) => {
      body.enqueue(new TextEncoder().encode('{"id": 1,'));
      began.resolve();
    };
    return new Response(new ReadableStream({ start }));
  };
  const clock = new FakeClock();
  const failed = failure(reach(fake.url, clock).call("net.peers"));
  await began.promise;
  await clock.advance(5000);
  assertEquals(await failed, "no answer from the node within 5 s");
});

Deno.test("asking one by one counts into the same 5 s", async () => {
  await using fake = FakeNode.start();
  const held = Promise.withResolvers<Response>();
  const late = Promise.withResolvers<Response>();
  fake.onRequest = ({ batch }) => batch ? late.promise : held.promise;
  const clock = new FakeClock();
  const node = reach(fake.url, clock);
  const failures = Promise.all([node.call("net.peers"), node.call("net.stats")].map(failure));
  await fake.arrived(1);
  await clock.advance(4000);
  late.resolve(new Response("", { status: 400 }));
  await fake.arrived(3);
  await clock.advance(1000);
  assertEquals(await failures, Array(2).fill("no answer from the node within 5 s"));
  held.resolve(new Response());
});

Deno.test("a slow answer within the time is taken, and no timer stays behind", async () => {
  await using fake = FakeNode.start();
  fake.mode = "slow";
  const clock = new FakeClock();
  const result = reach(fake.url, clock).call("light.latest_header");
  await fake.arrived(1);
  await clock.advance(4000);
  fake.release();
  assertEquals(await result, header);
  await settle();
  assertEquals(clock.pending, 0);
});

for (
  const [user, expected] of [
    ["zaphod:s3cret", "zaphod:s3cret"],
    ["zaphod", "zaphod:"],
    ["m%40x:p%C3%A4ss%3A", "m@x:p\u00e4ss:"],
    ["zaphod:100%", "zaphod:100%"],
  ] as const
) {
  Deno.test(`credentials ${user} travel as a header and never show`, async () => {
    await using fake = FakeNode.start();
    const node = reach(fake.url.replace("//", `//${user}@`), systemClock);
    await node.call("net.stats");
    const [scheme, value = ""] = (fake.requests[0]?.headers.get("authorization") ?? "").split(" ");
    const bytes = Uint8Array.from(atob(value), (character) => character.charCodeAt(0));
    assertEquals([scheme, new TextDecoder().decode(bytes)], ["Basic", expected]);
    await fake.goDown();
    const error = await assertRejects(() => node.call("net.stats"), NodeError);
    assertEquals(Deno.inspect(error).includes(user), false);
  });
}

Deno.test("without credentials no authorization travels", async () => {
  await using fake = FakeNode.start();
  await reach(fake.url).call("net.stats");
  assertEquals(fake.requests[0]?.headers.has("authorization"), false);
});

Deno.test("close() gives up what is under way or about to be, and what is asked later", async () => {
  await using fake = FakeNode.start();
  fake.mode = "silent";
  const clock = new FakeClock();
  const node = reach(fake.url, clock);
  const underWay = failure(node.call("net.peers"));
  await fake.arrived(1);
  const about = failure(node.call("net.stats"));
  node.close();
  const later = failure(node.call("net.stats"));
  assertEquals(
    await Promise.all([underWay, about, later]),
    Array(3).fill("the connection to the node is closed"),
  );
  await settle();
  assertEquals([fake.requests.length, clock.pending], [1, 0]);
});

const modes: Partial<Record<FakeNodeMode, string>> = {
  error: "error -32000: the node is syncing",
  nonsense: "nonsense to net.stats",
  http_500: "HTTP 500",
};

Deno.test("a node that goes through its troubles is understood again when they are over", async () => {
  await using fake = FakeNode.start();
  const node = reach(fake.url);
  for (const [mode, message] of Object.entries(modes)) {
    fake.mode = mode as FakeNodeMode;
    assertStringIncludes(await failure(node.call("net.stats")), message);
    fake.mode = "normal";
    assertEquals(await node.call("light.latest_header"), header);
  }
});
