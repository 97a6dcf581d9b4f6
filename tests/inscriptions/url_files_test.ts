import type { Engine } from "../../lib/engine/mod.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { InscriptionError } from "../../lib/inscriptions/mod.ts";
import { bytesOf, completed, noise, openDesk, present, request, utf8 } from "./harness.ts";
import { rawServer, serve, type Site } from "./sites.ts";
import { until } from "../helpers/until.ts";

const key = "key-1";
const png = Uint8Array.fromHex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489");

function serveFiles(files: Record<string, () => Response>): Site {
  return serve(({ url }) => files[new URL(url).pathname]?.() ?? new Response("none", { status: 404 }));
}

const linked = (url: string, more: Record<string, unknown> = {}) => ({
  holderId: "0.0.5",
  mode: "file",
  network: "testnet",
  fileURL: url,
  ...more,
});

async function stored(store: Engine): Promise<number> {
  return (await Array.fromAsync(store.list({ prefix: [] }))).length;
}

Deno.test("a file at a URL is fetched and inscribed, with what its bytes say it is", async () => {
  const large = noise(5_000_000);
  await using site = serveFiles({
    "/pictures/a%20cat.png": () => new Response(png, { headers: { "content-type": "text/html" } }),
    "/large": () => new Response(large, { headers: { "content-type": "binary/whatever" } }),
  });
  await using desk = await openDesk({ settings: { allowPrivateUrls: true } });
  const { inscriptions } = desk;
  const cases = [["/pictures/a%20cat.png?size=1", png, "image/png", "a cat.png"], [
    "/large",
    large,
    "application/octet-stream",
    "large",
  ]] as const;
  for (const [path, bytes, type, name] of cases) {
    const { jobId } = await inscriptions.inscribe(key, linked(site.url + path));
    const { topicId } = await completed(inscriptions, key, jobId);
    const record = present(await inscriptions.find(key, jobId));
    assertEquals([record.mimeType, record.name, record.size], [type, name, bytes.length]);
    assertEquals(await bytesOf(inscriptions, topicId), bytes);
  }
});

Deno.test("metadata is fetched from jsonFileURL", async () => {
  await using site = serveFiles({
    "/meta.json": () => Response.json({ name: "Fetched" }),
    "/list.json": () => Response.json([1]),
    "/page": () => new Response("<html>"),
    "/large.json": () => Response.json({ text: "x".repeat(300_000) }),
  });
  await using desk = await openDesk({ settings: { allowPrivateUrls: true } });
  const { inscriptions, store } = desk;
  const body = (path: string) => request(utf8("x"), { mode: "hashinal", jsonFileURL: site.url + path });
  const { jobId } = await inscriptions.inscribe(key, body("/meta.json"));
  const { jsonTopicId } = await completed(inscriptions, key, jobId);
  const json = new TextDecoder().decode(await bytesOf(inscriptions, present(jsonTopicId)));
  assertEquals(JSON.parse(json).name, "Fetched");
  await until(() => inscriptions.activeJobs === 0, "the end of all jobs");
  const before = await stored(store);
  for (
    const [path, code] of [["/list.json", "invalid_request"], ["/page", "invalid_request"], [
      "/large.json",
      "too_large",
    ], ["/none", "fetch_failed"]] as const
  ) {
    const error = await assertRejects(() => inscriptions.inscribe(key, body(path)), InscriptionError);
    assertEquals(error.code, code);
  }
  assertEquals(await stored(store), before);
});

Deno.test("private addresses are refused unless they are allowed, and nothing is left of the request", async () => {
  await using site = serveFiles({ "/x": () => new Response("internal") });
  await using desk = await openDesk();
  const { inscriptions, store } = desk;
  const before = await stored(store);
  for (
    const body of [
      linked(`${site.url}/x`),
      request(utf8("x"), { mode: "hashinal", jsonFileURL: `${site.url}/x` }),
    ]
  ) {
    const error = await assertRejects(() => inscriptions.inscribe(key, body), InscriptionError);
    assertEquals([error.code, error.status], ["url_refused", 400]);
  }
  assertEquals([await stored(store), inscriptions.activeJobs], [before, 0]);
});

Deno.test("a fetch that fails in the middle leaves nothing behind", async () => {
  using half = rawServer(`HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n${"x".repeat(500_000)}`);
  await using site = serveFiles({ "/empty": () => new Response("") });
  await using desk = await openDesk({ settings: { allowPrivateUrls: true } });
  const { inscriptions, store } = desk;
  const before = await stored(store);
  const cases = [
    [half.url, "fetch_failed"],
    [`${site.url}/empty`, "invalid_request"],
    [`${site.url}/none`, "fetch_failed"],
  ] as const;
  for (const [url, code] of cases) {
    const error = await assertRejects(() => inscriptions.inscribe(key, linked(url)), InscriptionError);
    assertEquals(error.code, code);
  }
  assertEquals(await stored(store), before);
});

Deno.test("fetches are bounded for each key, and end when the server stops or the client leaves", async () => {
  const asked = Promise.withResolvers<void>();
  await using site = serveFiles({
    "/slow": () => {
      asked.resolve();
      return new Response(new ReadableStream({}));
    },
  });
  await using desk = await openDesk({ settings: { allowPrivateUrls: true, maxFetchesPerKey: 1 } });
  const { inscriptions } = desk;
  const leaving = new AbortController();
  const first = inscriptions.inscribe(key, linked(`${site.url}/slow`), leaving.signal).catch((error) =>
    error
  );
  await asked.promise;
  const second = await inscriptions.inscribe(key, linked(`${site.url}/slow`)).catch((error) => error);
  assertEquals(second.code, "too_many_jobs");
  assertStringIncludes(second.message, "too many are being fetched");
  leaving.abort(new Error("the client has left"));
  assertEquals((await first).message, "the client has left");
  const third = inscriptions.inscribe(key, linked(`${site.url}/slow`)).catch((error) => error);
  await inscriptions.stop();
  assertEquals((await third).code, "stopping");
});
