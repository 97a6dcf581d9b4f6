import { assertEquals, assertStringIncludes } from "@std/assert";
import { bytesToHex } from "@noble/hashes/utils.js";
import { testKey } from "../helpers/peer.ts";
import { TemporaryFolder } from "../helpers/process.ts";
import { examine } from "./examine.ts";
import { answering, type Behaviour, converse, FakeEndpoint } from "./fake_endpoint.ts";

const quick = "--skip=size";

function alwaysAnswering(status: string, headers: Readonly<Record<string, string>> = {}): Behaviour {
  return (call) => call.answer(status, headers);
}

Deno.test("doctor explains a 308 and where it leads", async () => {
  await using endpoint = new FakeEndpoint(
    alwaysAnswering("308 Permanent Redirect", { Location: "https://inscribe.example.org/ws" }),
  );
  const { code, ids, check } = await examine([endpoint.url("ws")]);
  assertEquals([code, ids], [1, ["http-redirect"]]);
  assertStringIncludes(check("http").summary, "308 Permanent Redirect, to https://inscribe.example.org/ws");
});

Deno.test("doctor follows redirects on the same host, but not in a circle", async () => {
  await using endpoint = new FakeEndpoint(async (call) => {
    if (call.path === "/old") await call.answer("301 Moved", { Location: "/new" });
    else if (call.path === "/a") await call.answer("302 Found", { Location: "/b" });
    else if (call.path === "/b") await call.answer("302 Found", { Location: "/a" });
    else if (call.path === "/deep") await call.answer("302 Found", { Location: `/deep${call.path}` });
    else if (call.path.startsWith("/deep")) await call.answer("302 Found", { Location: `${call.path}x` });
    else await answering()(call);
  });
  const moved = await examine([`${endpoint.url("ws")}/old`, quick]);
  assertStringIncludes(moved.check("http").summary, "301 Moved, to /new, which answers 426 Upgrade Required");
  assertEquals(moved.check("http").findings.map(({ id }) => id), ["http-redirect"]);
  const circle = await examine([`${endpoint.url("ws")}/a`, quick]);
  assertEquals(circle.check("http").findings.map(({ id }) => id), ["http-redirect-loop"]);
  assertStringIncludes(circle.check("http").summary, "302 Found, to /b, and back");
  const endless = await examine([`${endpoint.url("ws")}/deep`, quick]);
  assertEquals(endless.check("http").findings.map(({ id }) => id), ["http-redirect-loop"]);
});

Deno.test("doctor says whose fault a status is", async () => {
  const expected = [
    ["502 Bad Gateway", "http-bad-gateway"],
    ["503 Service Unavailable", "http-unavailable"],
    ["504 Gateway Timeout", "http-gateway-timeout"],
    ["522 Origin Down", "http-cdn"],
    ["500 Internal Server Error", "http-server-error"],
    ["403 Forbidden", "http-forbidden"],
    ["429 Too Many Requests", "http-rate-limited"],
  ] as const;
  for (const [status, id] of expected) {
    await using endpoint = new FakeEndpoint(alwaysAnswering(status, { Server: "nginx" }));
    const { code, ids, check } = await examine([endpoint.url("ws")]);
    assertEquals([code, ids], [1, [id]]);
    assertEquals(check("http").summary, `${status}, by nginx`);
  }
});

Deno.test("doctor explains what a proxy makes of an upgrade", async () => {
  const expected = [
    ["200 OK", "upgrade-ignored"],
    ["400 Bad Request", "upgrade-stripped"],
    ["426 Upgrade Required", "upgrade-stripped"],
    ["404 Not Found", "upgrade-not-found"],
    ["405 Method Not Allowed", "upgrade-not-found"],
    ["403 Forbidden", "upgrade-forbidden"],
    ["308 Permanent Redirect", "http-redirect"],
    ["502 Bad Gateway", "http-bad-gateway"],
    ["418 Teapot", "upgrade-failed"],
  ] as const;
  for (const [status, id] of expected) {
    await using endpoint = new FakeEndpoint((call) => call.answer(call.isUpgrade ? status : "200 OK"));
    const { code, check } = await examine([`${endpoint.url("ws")}/ws`]);
    assertEquals([code, status, ...check("upgrade").findings.map(({ id }) => id)], [1, status, id]);
  }
});

Deno.test("doctor sees an upgrade that is cut and one that is answered wrongly", async () => {
  await using cutting = new FakeEndpoint((call) =>
    call.isUpgrade ? Promise.resolve() : call.answer("200 OK")
  );
  assertEquals((await examine([cutting.url("ws")])).check("upgrade").findings.map(({ id }) => id), [
    "upgrade-cut",
  ]);
  await using caching = new FakeEndpoint((call) =>
    call.isUpgrade
      ? call.answer("101 Switching Protocols", {
        Upgrade: "websocket",
        "Sec-WebSocket-Accept": "of somebody else",
      })
      : call.answer("200 OK")
  );
  assertEquals((await examine([caching.url("ws")])).ids, ["upgrade-accept"]);
});

Deno.test("doctor names the path that takes WebSockets when another was given", async () => {
  await using endpoint = new FakeEndpoint(async (call) => {
    if (call.path !== "/ws") await call.answer("404 Not Found");
    else await answering()(call);
  });
  const { code, ids, check } = await examine([`${endpoint.url("ws")}/socket`, quick]);
  assertEquals([code, ids], [1, ["protocol-other-path"]]);
  assertEquals(check("protocol").summary, "WebSocket on /ws");
});

Deno.test("doctor works with any WebSocket server", async () => {
  await using endpoint = new FakeEndpoint(async (call) => {
    if (!call.isUpgrade) return await call.answer("200 OK", {}, "<html>");
    await call.upgrade();
    await converse(call);
  });
  const { code, ids, check } = await examine([endpoint.url("ws"), quick]);
  assertEquals([code, ids], [0, []]);
  assertEquals(check("health").status, "skipped");
});

Deno.test("doctor sees that a proxy strips upgrades from a gateway, though Socket.IO gets through by polling", async () => {
  await using endpoint = new FakeEndpoint((call) =>
    call.path.startsWith("/socket.io/")
      ? call.answer("200 OK", {}, '0{"sid":"a","maxPayload":1000}')
      : call.path === "/ws/health"
      ? call.answer("200 OK", {}, '{"status": "online"}')
      : call.answer("426 Upgrade Required")
  );
  const { code, ids, check } = await examine([endpoint.url("ws")]);
  assertEquals([code, ids], [1, ["upgrade-stripped"]]);
  assertEquals(check("upgrade").summary, "/ws: 426 Upgrade Required");
});

Deno.test("doctor compares what the gateway knows of it with what is so", async () => {
  for (
    const [seen, found] of [
      [{ address: "127.0.0.1", secure: false }, []],
      [{ address: "127.0.0.1", secure: false, host: "inner:80" }, ["proxy-host"]],
      [{ address: "127.0.0.1", secure: true }, ["proxy-scheme"]],
      [{ address: "172.17.0.1", secure: false }, ["proxy-address"]],
      [{ address: "172.17.0.1", secure: true, host: null }, ["proxy-host", "proxy-scheme", "proxy-address"]],
      [{ address: 7 }, []],
      ["nonsense", []],
    ] as const
  ) {
    await using endpoint = new FakeEndpoint(async (call) => {
      if (call.path !== "/ws/health") return await answering()(call);
      const you = typeof seen === "string" ? seen : { host: call.headers.get("host"), ...seen };
      await call.answer("200 OK", {}, JSON.stringify({ status: "online", you }));
    });
    const { check } = await examine([endpoint.url(), "--skip=size,upload,events,poll"]);
    assertEquals(check("proxy").findings.map(({ id }) => id), found);
  }
});

Deno.test("doctor sees a limit of bodies that is not the gateway's own", async () => {
  const refusal = JSON.stringify({ error: { code: "too_large", message: "too large" } });
  for (const [limit, body, found] of [[2 ** 20, "<html>", ["body-limit"]], [2 ** 20, refusal, []]] as const) {
    await using endpoint = new FakeEndpoint(async (call) => {
      if (call.path === "/ws/health") return await call.answer("200 OK", {}, '{"status": "online"}');
      const isTooLarge = Number(call.headers.get("content-length")) > limit;
      if (isTooLarge) return await call.answer("413 Too Large", {}, body);
      await answering()(call);
    });
    const { check } = await examine([endpoint.url(), "--skip=size,events,poll"]);
    assertEquals(check("upload").findings.map(({ id }) => id), found);
  }
});

Deno.test("doctor tries a key where miners authenticate, and nowhere else", async () => {
  await using folder = await TemporaryFolder.make();
  const key = `${folder.path}/key`;
  await Deno.writeTextFile(key, bytesToHex(testKey(1).seed));
  for (
    const [open, health, tried] of [
      ["/ws/stream", true, ["POST /api/v1/heartbeat"]],
      ["/", true, ["POST /api/v1/heartbeat"]],
      ["/ws", true, ["POST /api/v1/heartbeat", "/ws"]],
      ["/ws/stream", false, []],
      ["/validator", false, ["/validator"]],
    ] as const
  ) {
    const seen: string[] = [];
    await using endpoint = new FakeEndpoint(async (call) => {
      if (call.method === "POST") seen.push(`POST ${call.path}`);
      if (call.path === "/ws/health" && health) {
        return await call.answer("200 OK", {}, '{"status": "online"}');
      }
      if (!call.isUpgrade || call.path !== open) return await call.answer("404 Not Found");
      await call.upgrade();
      for (
        let frame = await call.frame();
        frame !== undefined && frame.opcode !== 8;
        frame = await call.frame()
      ) {
        if (frame.opcode === 9) await call.send(10, frame.text);
        if (frame.opcode !== 1) continue;
        const isKey = frame.text.includes('"hotkey"');
        if (isKey) seen.push(call.path);
        await call.send(
          1,
          isKey ? '{"type": "error", "message": "Not authorized: not registered"}' : '{"type": "pong"}',
        );
      }
    });
    const path = open === "/validator" ? open : "/ws/stream";
    await examine([`${endpoint.url("ws")}${path}`, `--key=${key}`, "--skip=size,upload,events,poll"]);
    assertEquals(seen, tried);
  }
});
