import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { html } from "hono/html";
import { errorKinds } from "../../../lib/protocol/mod.ts";
import { prose } from "../../../routes/reference/prose.ts";
import { page } from "../../../routes/reference/page.ts";
import { startGateway, type TestGateway } from "../../helpers/gateway.ts";
import { readReference } from "../../helpers/reference.ts";

const reference = await readReference();
const paths = ["/docs", "/docs/openapi.json", "/docs/asyncapi.json"];

function get(server: TestGateway, path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${server.url}${path}`, { headers });
}

Deno.test("the documents load and run nothing, the page what comes from its own server", async () => {
  await using server = await startGateway();
  const types = ["text/html", "application/json", "application/json"];
  for (const [index, path] of paths.entries()) {
    const response = await get(server, path);
    const policy = response.headers.get("content-security-policy") ?? "";
    assertEquals(response.status, 200);
    assertStringIncludes(response.headers.get("content-type") ?? "", types[index] ?? "");
    assertStringIncludes(policy, "default-src 'none'");
    assertStringIncludes(policy, "frame-ancestors 'none'");
    assert(!/unsafe|https?:/.test(policy), policy);
    assertEquals(policy.includes("script-src 'self'"), path === "/docs");
    assertEquals(response.headers.get("x-content-type-options"), "nosniff");
    await response.body?.cancel();
  }
});

Deno.test("the policy of the page names the one style in it, and all that it loads is below it", async () => {
  await using server = await startGateway();
  const response = await get(server, "/docs");
  const text = await response.text();
  const style = /<style>([\s\S]*?)<\/style>/.exec(text)?.[1] ?? "";
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style)));
  const named = btoa(String.fromCharCode(...digest));
  assertStringIncludes(response.headers.get("content-security-policy") ?? "", `style-src 'sha256-${named}'`);
  assertEquals(text.match(/<(?:img|iframe)|\sstyle=|\son\w+=|(?:src|href|action)="(?:\w+:)?\/\//g), null);
  const loaded = [...text.matchAll(/<(?:script|link) [^>]*(?:src|href)="([^"]*)"/g)].map(([, path]) => path);
  assertEquals(loaded, ["docs/icon.svg", "docs/reference.js"]);
});

Deno.test("where operators have a port of their own, each port has the reference, and says what it serves", async () => {
  await using server = await startGateway({ "admin.port": 0 });
  const [clients, operators] = await Promise.all(
    [server.url, server.adminUrl].map(async (url) => await (await fetch(`${url}/docs`)).text()),
  );
  assert(server.url !== server.adminUrl);
  assertEquals([clients, operators].map((text) => text?.includes('href="console"')), [false, true]);
  const trials = (text = "") =>
    [...text.matchAll(/data-try="([^"]*)"/g)].map(([, trial = ""]) => trial.replaceAll("&quot;", '"'));
  assert(!trials(clients).some((trial) => trial.includes('"/admin')));
  assert(trials(clients).some((trial) => trial.includes('"/api/v1/games"')));
  assert(trials(operators).some((trial) => trial.includes('"/admin/drain"')));
  assert(!trials(operators).some((trial) => trial.includes('"/api/v1/games"')));
});

Deno.test("whoever has the reference already is not sent it again", async () => {
  await using server = await startGateway();
  for (const path of paths) {
    const first = await get(server, path);
    await first.body?.cancel();
    const again = await get(server, path, { "if-none-match": first.headers.get("etag") ?? "" });
    assertEquals([again.status, await again.text()], [304, ""]);
  }
});

Deno.test("the reference is the same compressed and not", async () => {
  await using server = await startGateway();
  const [plain, compressed] = await Promise.all([
    get(server, "/docs", { "accept-encoding": "identity" }),
    get(server, "/docs", { "accept-encoding": "gzip" }),
  ]);
  assertEquals(await plain.text(), await compressed.text());
  assertEquals(plain.headers.get("content-encoding"), null);
});

Deno.test("every link within the page leads somewhere, and no place has two names", async () => {
  const text = await page(reference);
  const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  assertEquals(ids.length, new Set(ids).size);
  for (const [, target = ""] of text.matchAll(/(?:href="#|data-entry=")([^"]+)"/g)) {
    assert(ids.includes(target), target);
  }
});

Deno.test("the page tells of every request, message and error", async () => {
  const text = await page(reference);
  const names = reference.conversations.flatMap(({ messages }) => Object.keys(messages));
  for (const { path } of reference.operations) assertStringIncludes(text, `<code>${path}</code>`);
  for (const name of [...names, ...Object.keys(errorKinds)]) {
    assertStringIncludes(text, `<code>${name}</code>`);
  }
});

Deno.test("every column of every table has a name", async () => {
  assertEquals((await page(reference)).match(/<th[^>]*>\s*<\/th>/g), null);
});

Deno.test("what is put into HTML counts as text, but for code between backticks", () => {
  assertEquals(
    String(html`<p>${"<b a='\"'>&"}${html`<i>${1}</i>`}</p>`),
    "<p>&lt;b a=&#39;&quot;&#39;&gt;&amp;<i>1</i></p>",
  );
  assertEquals(String(prose("`a<b` & c")), "<code>a&lt;b</code> &amp; c");
});
