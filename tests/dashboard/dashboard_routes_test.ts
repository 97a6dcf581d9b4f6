import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { consolePages, dashboardRoutes, PageFiles } from "../../routes/operators/dashboard.ts";
import { TemporaryFolder } from "../helpers/process.ts";

const html = { accept: "text/html,application/xhtml+xml", host: "gateway.example:10401" };
const page = `<!DOCTYPE html><script type="module" src="assets/main-1.js"></script>`;

async function gzip(text: string): Promise<Uint8Array> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** What a build leaves, in small. */
async function fill({ path: folder }: TemporaryFolder): Promise<void> {
  const files = [
    { path: "", file: "index.html", type: "text/html; charset=utf-8", text: page },
    { path: "assets/main-1.js", file: "main-1.js", type: "text/javascript; charset=utf-8", text: "go()" },
  ];
  for (const { file, text } of files) {
    await Deno.writeTextFile(`${folder}/${file}`, text);
    await Deno.writeFile(`${folder}/${file}.gz`, await gzip(text));
  }
  await Deno.writeTextFile(`${folder}/manifest.json`, JSON.stringify({ inputs: "x", bytes: 1, files }));
}

const get = (folder: TemporaryFolder, path: string, headers: Record<string, string> = {}) =>
  dashboardRoutes(new PageFiles(folder.path)).request(path, { headers });

Deno.test("/ serves the page to whoever asks for HTML, never from a cache unasked", async () => {
  await using folder = await TemporaryFolder.make();
  await fill(folder);
  const response = await get(folder, "/", html);
  assertEquals([response.status, await response.text()], [200, page]);
  assertEquals(response.headers.get("content-type"), "text/html; charset=utf-8");
  assertEquals(response.headers.get("cache-control"), "no-cache");
  assertStringIncludes(response.headers.get("vary") ?? "", "Accept");
});

Deno.test("the page may load from its own host alone, and connect there", async () => {
  await using folder = await TemporaryFolder.make();
  await fill(folder);
  const { headers } = await get(folder, "/", html);
  const policy = Object.fromEntries(
    (headers.get("content-security-policy") ?? "").split("; ").map((rule) => {
      const [name = "", ...values] = rule.split(" ");
      return [name, values.join(" ")];
    }),
  );
  assertEquals(policy, {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self' ws://gateway.example:10401 wss://gateway.example:10401",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
  });
  assertEquals(headers.get("x-content-type-options"), "nosniff");
  assertEquals(headers.get("referrer-policy"), "no-referrer");
});

Deno.test("a host that is more than a host does not get into the policy", async () => {
  await using folder = await TemporaryFolder.make();
  await fill(folder);
  for (const host of ["a; script-src *", "a b", "*", "[::1]:80", ""]) {
    const { headers } = await get(folder, "/", { ...html, host });
    assertMatch(headers.get("content-security-policy") ?? "", /connect-src 'self'$/);
  }
});

Deno.test("/ leaves upgrades, and whoever does not ask for HTML, to the next route", async () => {
  await using folder = await TemporaryFolder.make();
  await fill(folder);
  assertEquals((await get(folder, "/")).status, 404);
  assertEquals((await get(folder, "/", { accept: "application/json" })).status, 404);
  assertEquals((await get(folder, "/", { ...html, upgrade: "websocket" })).status, 404);
});

Deno.test("what the page loads may be kept forever, and travels compressed to those who can", async () => {
  await using folder = await TemporaryFolder.make();
  await fill(folder);
  const plain = await get(folder, "/assets/main-1.js");
  assertEquals([plain.status, await plain.text()], [200, "go()"]);
  assertEquals(plain.headers.get("content-type"), "text/javascript; charset=utf-8");
  assertEquals(plain.headers.get("cache-control"), "public, max-age=31536000, immutable");
  assertEquals(plain.headers.get("x-content-type-options"), "nosniff");
  const compressed = await get(folder, "/assets/main-1.js", { "accept-encoding": "gzip, br" });
  assertEquals(compressed.headers.get("content-encoding"), "gzip");
  assertEquals(new Uint8Array(await compressed.arrayBuffer()), await gzip("go()"));
});

Deno.test("what a browser has already is not sent again", async () => {
  await using folder = await TemporaryFolder.make();
  await fill(folder);
  const etag = (await get(folder, "/", html)).headers.get("etag") ?? "";
  assert(etag !== "");
  const again = await get(folder, "/", { ...html, "if-none-match": etag });
  assertEquals([again.status, await again.text()], [304, ""]);
  assertNotEquals(again.headers.get("content-security-policy"), null);
  assertEquals((await get(folder, "/", { ...html, "if-none-match": `W/"other"` })).status, 200);
});

Deno.test("nothing is served that the manifest does not name", async () => {
  await using folder = await TemporaryFolder.make();
  await fill(folder);
  await Deno.writeTextFile(`${folder.path}/secret.js`, "secret");
  const paths = [
    "secret.js",
    "manifest.json",
    "index.html",
    "..%2fmanifest.json",
    "%2e%2e%2fmanifest.json",
    "main-1.js.gz",
    "__proto__",
  ];
  for (const path of paths) assertEquals((await get(folder, `/assets/${path}`)).status, 404, path);
});

Deno.test("a manifest that names files elsewhere is refused", async () => {
  await using folder = await TemporaryFolder.make();
  const files = [{ path: "", file: "../../etc/passwd", type: "text/html" }];
  await Deno.writeTextFile(`${folder.path}/manifest.json`, JSON.stringify({ files }));
  const response = await dashboardRoutes(new PageFiles(folder.path))
    .onError((_, context) => context.text("refused", 500)).request("/", { headers: html });
  assertEquals([response.status, await response.text()], [500, "refused"]);
});

Deno.test("while nothing is built the page says how to build it, and is there once it is", async () => {
  await using folder = await TemporaryFolder.make();
  const app = dashboardRoutes(new PageFiles(folder.path));
  const missing = await app.request("/", { headers: html });
  assertEquals(missing.status, 503);
  assertStringIncludes(await missing.text(), "deno task dashboard");
  assertStringIncludes(missing.headers.get("content-security-policy") ?? "", "default-src 'none'");
  assertEquals((await app.request("/assets/main-1.js")).status, 404);
  await fill(folder);
  assertEquals((await app.request("/", { headers: html })).status, 200);
});

Deno.test("what one page has read the other serves without reading it again", async () => {
  await using folder = await TemporaryFolder.make();
  await fill(folder);
  const files = new PageFiles(folder.path);
  assertEquals((await dashboardRoutes(files).request("/", { headers: html })).status, 200);
  await Deno.remove(`${folder.path}/main-1.js`);
  assertEquals(await (await consolePages(files).request("/assets/main-1.js")).text(), "go()");
});
