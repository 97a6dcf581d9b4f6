import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readDocument } from "../../scripts/site/document.ts";
import { writeSite } from "../../scripts/site.ts";
import { TemporaryFolder } from "../helpers/process.ts";
import { testWith } from "../helpers/programs.ts";
import { chromium, seenOnPage } from "../packages/browser.ts";

const root = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

Deno.test("a guide becomes a page whose sections are found by their headings", () => {
  const text =
    "# Title\n\nFirst.\n\n## `serve`, and more\n\nSee [that](other.md#part) and [this](code.ts).\n";
  const { title, html, sections } = readDocument(
    text,
    "page.html",
    (href) => href.includes("other") ? "other.html#part" : undefined,
  );
  assertEquals(title, "Title");
  assertEquals(sections.map(({ url, heading }) => [url, heading]), [
    ["page.html#title", "Title"],
    ["page.html#serve-and-more", "serve, and more"],
  ]);
  assertStringIncludes(html, '<a href="other.html#part">that</a> and this.');
});

Deno.test("every link of the site leads to a page that is there, and nothing comes from elsewhere", async () => {
  await using folder = await TemporaryFolder.make();
  const pages = await writeSite(root, folder.path);
  assert(pages > 15);
  const files = new Set(await Array.fromAsync(Deno.readDir(folder.path), ({ name }) => name));
  const broken: string[] = [];
  for (const name of [...files].filter((name) => name.endsWith(".html"))) {
    const html = await Deno.readTextFile(`${folder.path}/${name}`);
    for (const [, href = ""] of html.matchAll(/ href="([^"]+)"/g)) {
      const [file = "", anchor] = href.split("#");
      if (/^[a-z]+:/.test(file)) continue;
      const target = file === "" ? name : file;
      if (!files.has(target)) broken.push(`${name}: ${href}`);
      else if (anchor !== undefined) {
        const text = await Deno.readTextFile(`${folder.path}/${target}`);
        if (!text.includes(` id="${anchor}"`)) broken.push(`${name}: ${href}`);
      }
    }
    assertEquals(
      [...html.matchAll(/ src(?:set)?="((?:https?:)?\/\/[^"]+)"/g)].map(([, url]) => url),
      [],
      name,
    );
  }
  assertEquals(broken, []);
});

/** What is typed, and what is found first for it: a heading and its page, and what stands there. */
const searches = [
  ["metagraph permit", /^metagraph\. Configuration\n.*permit/],
  ["websocket.heartbeat_interval", /^websocket\. Configuration\n.*websocket\.heartbeat_interval/],
  ["store", /^store\. Configuration\n/],
] as const;

for (const [words, first] of searches) {
  testWith(
    chromium === undefined ? "no Chromium" : undefined,
    `the search finds sections in a browser, first what is called so: ${words}`,
    async () => {
      await using folder = await TemporaryFolder.make();
      await writeSite(root, `${folder.path}/site`);
      const page = `${folder.path}/site/index.html`;
      const html = (await Deno.readTextFile(page)).replace(/<meta http-equiv[^>]*>/, "");
      await Deno.writeTextFile(
        page,
        `${html}<script>
        addEventListener("load", () => setTimeout(() => {
          const typed = document.querySelector("#search");
          typed.value = "${words}";
          typed.dispatchEvent(new Event("input"));
        }));
      </script>`,
      );
      await seenOnPage(`${folder.path}/site`, "", first, `${folder.path}/profile`);
    },
  );
}
