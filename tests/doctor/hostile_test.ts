import { assert, assertEquals, assertNotMatch, assertStringIncludes } from "@std/assert";
import { FakeClock } from "../helpers/fake_clock.ts";
import { doctor, examine } from "./examine.ts";
import { answering, type Behaviour, type Call, FakeEndpoint } from "./fake_endpoint.ts";
import { until } from "../helpers/until.ts";

/** Writes the same again and again until the client is gone. */
async function flood(call: Call, piece: string | Uint8Array): Promise<void> {
  for (;;) await call.write(piece);
}

/** An endpoint that is sound but for what comes after the upgrade. */
function afterUpgrade(misbehave: (call: Call) => Promise<void>): Behaviour {
  return async (call) => {
    if (!call.isUpgrade) return await call.answer("426 Upgrade Required");
    await call.upgrade();
    await misbehave(call);
  };
}

async function framesFound(misbehave: (call: Call) => Promise<void>) {
  await using endpoint = new FakeEndpoint(afterUpgrade(misbehave));
  const { code, ids, check } = await examine([endpoint.url("ws")]);
  return { code, ids, summary: check("frames").summary };
}

Deno.test("doctor takes no endless line, no endless headers and no endless body", async () => {
  await using line = new FakeEndpoint((call) => flood(call, "HTTP/1.1 200 ".padEnd(4096, "x")));
  assertEquals((await examine([line.url()])).ids, ["http-not-spoken"]);
  await using headers = new FakeEndpoint(async (call) => {
    await call.write("HTTP/1.1 200 OK\r\n");
    await flood(call, "X-Padding: xxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n");
  });
  const { ids, check } = await examine([headers.url()]);
  assertEquals(ids, ["http-not-spoken"]);
  assertStringIncludes(check("http").summary, "more than 100 headers");
  await using body = new FakeEndpoint(async (call) => {
    await call.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n");
    await flood(call, "[".repeat(4096));
  });
  const { code } = await examine([body.url()]);
  assertEquals(code, 1);
});

Deno.test("doctor takes no chunk that is larger than anybody needs", async () => {
  await using endpoint = new FakeEndpoint(async (call) => {
    await call.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n");
    await flood(call, "x".repeat(4096));
  });
  assertEquals((await examine([endpoint.url("ws")])).code, 1);
});

Deno.test("doctor takes no frame that the protocol does not allow", async () => {
  const expected = [
    ["a huge frame", [0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0], "larger than"],
    [
      "a frame beyond all numbers",
      [0x82, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
      "larger than",
    ],
    ["a masked frame", [0x81, 0x81, 0, 0, 0, 0, 65], "masked"],
    ["reserved bits", [0xf1, 1, 65], "reserved bits"],
    ["an unknown opcode", [0x83, 1, 65], "opcode 3"],
    ["a long ping", [0x89, 126, 1, 0], "control frame"],
    ["a continuation of nothing", [0x80, 1, 65], "mixed up"],
    ["bad UTF-8", [0x81, 2, 0xc3, 0x28], "not UTF-8"],
  ] as const;
  for (const [name, bytes, told] of expected) {
    const { code, ids, summary } = await framesFound(async (call) => {
      await call.write(new Uint8Array(bytes));
      await call.drain();
    });
    assertEquals([name, code, ids], [name, 1, ["frames-invalid"]]);
    assertStringIncludes(summary, told);
  }
});

Deno.test("doctor takes no endless message in small fragments", async () => {
  const { ids, summary } = await framesFound(async (call) => {
    await call.write(new Uint8Array([0x01, 0]));
    await flood(call, new Uint8Array(4096));
  });
  assertEquals(ids, ["frames-invalid"]);
  assertStringIncludes(summary, "larger than");
});

Deno.test("doctor ends its patience with a server that only talks", async () => {
  const clock = new FakeClock();
  const talking = Promise.withResolvers<void>();
  await using endpoint = new FakeEndpoint(afterUpgrade(async (call) => {
    const first = await call.frame();
    if (first === undefined || first.opcode === 8) return;
    talking.resolve();
    await flood(call, new Uint8Array([0x8a, 1, 65]));
  }));
  const examining = examine([endpoint.url("ws")], { clock });
  let done = false;
  examining.finally(() => done = true);
  await talking.promise;
  await until(() => done, "the end of the checks", () => clock.advance(30_000));
  assert((await examining).code <= 1);
});

Deno.test("doctor takes an endless event for one that is too long", async () => {
  await using endpoint = new FakeEndpoint(async (call) => {
    if (call.path === "/api/v1/streams") {
      return await call.answer("200 OK", {}, '{"streams": [{"name": "endless", "period_ms": 1000}]}');
    }
    if (!call.path.endsWith("/events")) return await answering()(call);
    await call.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: ");
    await flood(call, "x".repeat(4096));
  });
  const { ids, check } = await examine([endpoint.url("ws"), "--skip=size,poll"]);
  assertEquals(ids, ["events-failed"]);
  assertStringIncludes(check("events").summary, "longer than");
});

Deno.test("doctor shows what a server says without its control characters, and cut", async () => {
  const evil = `\x1b]0;owned\x07\x1b[2J\u202e${"x".repeat(500)}`;
  await using endpoint = new FakeEndpoint((call) =>
    call.path === "/ws/health"
      ? call.answer("200 OK", {}, JSON.stringify({ status: evil, connections: evil, validator: evil }))
      : call.answer(`502 ${evil}`, { Server: evil, Location: evil })
  );
  for (const args of [[endpoint.url("ws")], [endpoint.url("ws"), "--json"]]) {
    const { printed } = await doctor(args);
    assertNotMatch(printed.replaceAll("\n", ""), /[\p{Cc}\p{Cf}]/u);
    assertNotMatch(printed, /x{200}/);
  }
});

Deno.test("doctor reads nonsense for what it is", async () => {
  for (
    const body of [
      "",
      "null",
      "[]",
      "{",
      '{"streams": {}}',
      '{"streams": [null, 1, {"name": "../x", "period_ms": 1}]}',
    ]
  ) {
    await using endpoint = new FakeEndpoint((call) =>
      call.isUpgrade ? answering({ timestamp: "yesterday", data: [] })(call) : call.answer("200 OK", {}, body)
    );
    const { code, ids } = await examine([endpoint.url("ws"), "--skip=size"]);
    assertEquals([body, code, ids], [body, 0, []]);
  }
});
