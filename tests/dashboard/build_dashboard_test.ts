import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { buildDashboard } from "../../scripts/build_dashboard.ts";
import { TemporaryFolder } from "../helpers/process.ts";

const root = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

const generic = (name: string) => name.replace(/-[0-9a-f]{12}/, "-HASH");

Deno.test("a build makes a page whose files carry their hashes, and a compressed form of each", async () => {
  await using folder = await TemporaryFolder.make();
  const { done, bytes } = await buildDashboard({ root, out: folder.path });
  assertEquals(done, "built");
  assert(bytes < 150_000, `${bytes} bytes`);
  assertEquals((await namesIn(folder.path)).map(generic).sort(), [
    "console-HASH.css",
    "console-HASH.css.gz",
    "console-HASH.js",
    "console-HASH.js.gz",
    "console-verifier-HASH.js",
    "console-verifier-HASH.js.gz",
    "console.html",
    "console.html.gz",
    "icon-HASH.svg",
    "icon-HASH.svg.gz",
    "index.html",
    "index.html.gz",
    "main-HASH.js",
    "main-HASH.js.gz",
    "manifest.json",
    "reference-icon.svg",
    "reference-icon.svg.gz",
    "reference.js",
    "reference.js.gz",
    "styles-HASH.css",
    "styles-HASH.css.gz",
  ]);
});

Deno.test("the built page names nothing of another host, and has no script or style of its own", async () => {
  await using folder = await TemporaryFolder.make();
  await buildDashboard({ root, out: folder.path });
  const page = await Deno.readTextFile(`${folder.path}/index.html`);
  assertMatch(page, /src="assets\/main-[0-9a-f]{12}\.js"/);
  assertMatch(page, /href="assets\/styles-[0-9a-f]{12}\.css"/);
  assertEquals(page.match(/https?:\/\/|<style|style=|<script(?![^>]*src=)/g), null);
  assertEquals(page.includes("console"), false);
  const names = await namesIn(folder.path);
  const styles = names.find((name) => /^styles-.*\.css$/.test(name)) ?? "";
  const text = await Deno.readTextFile(`${folder.path}/${styles}`);
  assertEquals(text.match(/url\(|@import/g), null);
  assertStringIncludes(text, ".u-cursor-x");
});

Deno.test("a second build of the same sources does nothing", async () => {
  await using folder = await TemporaryFolder.make();
  const first = await buildDashboard({ root, out: folder.path });
  const { mtime } = await Deno.stat(`${folder.path}/manifest.json`);
  assertEquals(await buildDashboard({ root, out: folder.path }), { ...first, done: "unchanged" });
  assertEquals((await Deno.stat(`${folder.path}/manifest.json`)).mtime, mtime);
});

Deno.test("a build is made again when a file of the last one is missing", async () => {
  await using folder = await TemporaryFolder.make();
  await buildDashboard({ root, out: folder.path });
  await Deno.remove(`${folder.path}/index.html.gz`);
  assertEquals((await buildDashboard({ root, out: folder.path })).done, "built");
  assert((await namesIn(folder.path)).includes("index.html.gz"));
});

Deno.test("a build takes away what only the build before had, and starts anew from a broken manifest", async () => {
  await using folder = await TemporaryFolder.make();
  const { path } = folder;
  const files = [{ path: "assets/main-0.js", file: "main-0.js", type: "" }];
  await Deno.writeTextFile(`${path}/manifest.json`, JSON.stringify({ inputs: "older", bytes: 0, files }));
  await Deno.writeTextFile(`${path}/main-0.js`, "");
  assertEquals((await buildDashboard({ root, out: path })).done, "built");
  assertEquals((await namesIn(path)).includes("main-0.js"), false);
  await Deno.writeTextFile(`${path}/manifest.json`, "{");
  assertEquals((await buildDashboard({ root, out: path })).done, "built");
});

Deno.test("a build that fails says what the bundler said, and leaves the folder as it was", async () => {
  await using folder = await TemporaryFolder.make();
  const entry = `${folder.path}/broken.ts`;
  await Deno.writeTextFile(entry, `import "./missing.ts";`);
  const out = `${folder.path}/out`;
  const error = await assertRejects(() => buildDashboard({ root, out, entry }), Error);
  assertStringIncludes(error.message, "Cannot build the dashboard");
  assertStringIncludes(error.message, "missing.ts");
  assertEquals(await namesIn(out), []);
});
