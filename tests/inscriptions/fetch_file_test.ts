import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { InscriptionError } from "../../lib/inscriptions/mod.ts";
import { fetchFile, type FetchOptions } from "../../lib/inscriptions/fetch/fetch_file.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { noise } from "./harness.ts";
import { rawServer, serve } from "./sites.ts";

async function fetched(
  url: string,
  options: Partial<FetchOptions> = {},
): Promise<{ type: string | null; bytes: Uint8Array }> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const type = await fetchFile(new URL(url), (piece) => {
    parts.push(piece.slice());
    return Promise.resolve();
  }, { allowPrivate: true, ...options });
  return { type, bytes: new Uint8Array(await new Blob(parts).arrayBuffer()) };
}

async function refusal(url: string, options: Partial<FetchOptions> = {}): Promise<InscriptionError> {
  return await assertRejects(() => fetched(url, options), InscriptionError);
}

Deno.test("a file is fetched whole, sent with a length or in chunks", async () => {
  const bytes = noise(700_000);
  await using site = serve(({ url }) => {
    const headers = { "content-type": "image/png" };
    if (url.endsWith("/length")) return new Response(bytes, { headers });
    let at = 0;
    const body = new ReadableStream({
      pull(controller) {
        if (at >= bytes.length) return controller.close();
        controller.enqueue(bytes.slice(at, at += 33_333));
      },
    });
    return new Response(body, { headers });
  });
  for (const path of ["/length", "/chunks?a=b"]) {
    const { type, bytes: got } = await fetched(site.url + path);
    assertEquals([type, got], ["image/png", bytes]);
  }
  const [first, second] = site.requests;
  assertEquals([first?.method, second?.url], ["GET", `${site.url}/chunks?a=b`]);
});

Deno.test("a body without a length ends with its connection", async () => {
  using server = rawServer("HTTP/1.0 200 OK\r\nX: y\r\n\r\nto the end");
  assertEquals(new TextDecoder().decode((await fetched(server.url)).bytes), "to the end");
});

Deno.test("interim answers are passed over", async () => {
  using server = rawServer(
    "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok!",
  );
  assertEquals(new TextDecoder().decode((await fetched(server.url)).bytes), "ok");
});

Deno.test("up to five redirects are followed, relative ones too", async () => {
  await using site = serve(({ url }) => {
    const left = Number(new URL(url).searchParams.get("left"));
    return left === 0 ? new Response("there") : new Response(null, {
      status: [301, 302, 303, 307, 308][left % 5] ?? 302,
      headers: { location: `?left=${left - 1}` },
    });
  });
  assertEquals((await fetched(`${site.url}/?left=5`)).bytes.length, 5);
  assertStringIncludes((await refusal(`${site.url}/?left=6`)).message, "more than 5 redirects");
});

Deno.test("every redirect is checked as the first URL was", async () => {
  for (
    const location of [
      "http://10.0.0.1/",
      "http://169.254.169.254/latest",
      "//[::1]/",
      "http://inside.example/",
      "file:///etc/passwd",
      "http://user:pass@93.184.216.34/",
      "http://2130706433/",
    ]
  ) {
    await using site = serve(() => new Response(null, { status: 302, headers: { location } }));
    const { port } = new URL(site.url);
    const connected: string[] = [];
    const { code } = await refusal("http://outside.example/", {
      allowPrivate: false,
      resolve: (name) => Promise.resolve([name === "outside.example" ? "93.184.216.34" : "192.168.0.7"]),
      connect(target) {
        connected.push(target.address);
        return Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
      },
    });
    assertEquals([code, connected], ["url_refused", ["93.184.216.34"]], location);
  }
});

Deno.test("a file that is too large is refused by its length, or as soon as it is", async () => {
  let sent = 0;
  await using site = serve(({ url }) => {
    if (url.endsWith("/length")) return new Response(new Uint8Array(100_001));
    return new Response(
      new ReadableStream({
        pull(controller) {
          sent += 1000;
          controller.enqueue(new Uint8Array(1000));
        },
      }),
    );
  });
  for (const path of ["/length", "/endless"]) {
    const { code, status } = await refusal(site.url + path, { maxSize: 100_000 });
    assertEquals([code, status], ["too_large", 413]);
  }
  assert(sent < 10_000_000);
});

Deno.test("an answer that is malformed, cut short or no success is told as such", async () => {
  const cases = [
    ["SSH-2.0-OpenSSH_9.7\r\n", "malformed status line"],
    ["", "cut short"],
    ["HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", "cut short"],
    ["HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "malformed content length"],
    ["HTTP/1.1 200 OK\r\nno header\r\n\r\n", "malformed headers"],
    ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "malformed chunk"],
    ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n", "malformed chunk"],
    ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "cut short"],
    ["HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "unknown transfer encoding"],
    ["HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n", "encoding"],
    [`HTTP/1.1 200 OK\r\nX: ${"y".repeat(20_000)}\r\n\r\n`, "a line is too long"],
    [`HTTP/1.1 200 OK\r\n${"X: yyyyyyyyyyyyyyyy\r\n".repeat(5000)}\r\n`, "malformed headers"],
    ["HTTP/1.1 100 Continue\r\n\r\n".repeat(20), "too many interim answers"],
    ["HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "status 404"],
    ["HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", "status 302"],
  ] as const;
  for (const [answer, problem] of cases) {
    using server = rawServer(answer);
    const { code, message } = await refusal(server.url);
    assertEquals(code, "fetch_failed", problem);
    assertStringIncludes(message, problem);
    assert(!message.includes("OpenSSH"));
  }
});

Deno.test("a server that nobody runs, or that speaks no TLS, fails without details", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr;
  listener.close();
  using plain = rawServer("HTTP/1.1 200 OK\r\n\r\n");
  for (const url of [`http://127.0.0.1:${port}/`, `${plain.url.replace("http:", "https:")}`]) {
    assertEquals((await refusal(url)).message, "Cannot fetch file: there is no connection to the server");
  }
});

const halfFile = `HTTP/1.1 200 OK\r\nContent-Length: 140000\r\n\r\n${"x".repeat(70_000)}`;

Deno.test("a server that falls silent is given up, and so is one that is too slow in all", async () => {
  for (const step of [999, 500]) {
    const clock = new FakeClock();
    using server = rawServer(halfFile, true);
    const received = Promise.withResolvers<void>();
    const timeout = step === 999 ? 60_000 : 500;
    const fetching = assertRejects(
      () =>
        fetchFile(new URL(server.url), () => {
          received.resolve();
          return Promise.resolve();
        }, { allowPrivate: true, clock, idleTimeout: 1000, timeout }),
      InscriptionError,
      "it took too long",
    );
    await received.promise;
    await clock.advance(step + 1);
    await fetching;
  }
});

Deno.test("a body that comes in crumbs is given up, whatever its size", async () => {
  using server = rawServer(
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${"1\r\nx\r\n".repeat(20_000)}0\r\n\r\n`,
  );
  assertStringIncludes((await refusal(server.url)).message, "pieces that are too small");
});

Deno.test("small pieces come to the sink together", async () => {
  using server = rawServer(
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${"a\r\n0123456789\r\n".repeat(10_000)}0\r\n\r\n`,
  );
  const sizes: number[] = [];
  await fetchFile(new URL(server.url), (piece) => {
    sizes.push(piece.length);
    return Promise.resolve();
  }, { allowPrivate: true });
  assertEquals(sizes, [65_530, 34_470]);
});

Deno.test("a body that trickles is given up, although it never falls silent", async () => {
  const clock = new FakeClock();
  const bytes = new TextEncoder().encode("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
  let reads = 0;
  const connect = () =>
    Promise.resolve({
      write: ({ length }: Uint8Array) => Promise.resolve(length),
      async read(buffer: Uint8Array) {
        reads += 1;
        if (reads === 1) buffer.set(bytes);
        else await clock.advance(900);
        return reads === 1 ? bytes.length : 500;
      },
      close() {},
    });
  const error = await refusal("http://127.0.0.1/", {
    clock,
    connect,
    idleTimeout: 10_000,
    timeout: 300_000,
    minRate: 1000,
  });
  assertStringIncludes(error.message, "too long");
  assertEquals(reads, 13);
});

Deno.test("a fetch ends when its signal aborts", async () => {
  using server = rawServer(halfFile, true);
  const aborting = new AbortController();
  const reason = new Error("enough");
  const sink = () => {
    aborting.abort(reason);
    return Promise.resolve();
  };
  const error = await fetchFile(new URL(server.url), sink, { allowPrivate: true, signal: aborting.signal })
    .catch((error) => error);
  assertEquals(error, reason);
});

Deno.test("what is refused or abandoned while it connects leaves no connection behind", async () => {
  const clock = new FakeClock();
  const connecting = Promise.withResolvers<Deno.Conn>();
  let isClosed = false;
  const fetching = refusal("http://93.184.216.34/", {
    clock,
    connect: () => connecting.promise,
    allowPrivate: false,
  });
  await clock.advance(30_001);
  assertStringIncludes((await fetching).message, "it took too long");
  const late = { close: () => isClosed = true } as unknown as Deno.Conn;
  connecting.resolve(late);
  await connecting.promise;
  await Promise.resolve();
  assert(isClosed);
});
