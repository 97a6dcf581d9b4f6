import { parseArgs } from "node:util";
import { posix } from "node:path";
import { runScript, tell } from "./run_script.ts";
import { type Document, escapeHtml, readDocument } from "./site/document.ts";

const usage = `Usage: deno task site [--out=FOLDER]

Writes the guides as plain pages with a search, into dist/site: any web server serves them, and a browser opens them from
a folder. They load nothing from elsewhere.
`;

/** Pages beside those under docs. */
const others = ["README.md", "SECURITY.md", "CHANGELOG.md", "CONTRIBUTING.md"];

/** `README.md` is the first page; all pages stand in one folder. */
function pageOf(path: string): string {
  return path === "README.md"
    ? "index.html"
    : path.replace(/^docs\//, "").toLowerCase().replace(/\.md$/, ".html");
}

function layout(page: string, document: Document, all: ReadonlyMap<string, Document>): string {
  const entries = [...all].map(([url, { title }]) =>
    `<li><a href="${url}"${url === page ? ' aria-current="page"' : ""}>${escapeHtml(title)}</a></li>`
  );
  const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="content-security-policy" content="${policy}">
<title>${escapeHtml(document.title)}</title>
<link rel="stylesheet" href="style.css">
</head>
<body>
<nav>
<input id="search" type="search" placeholder="Search" aria-label="Search the guides" autocomplete="off">
<ul id="found" hidden aria-live="polite"></ul>
<ul>${entries.join("")}</ul>
</nav>
<main>${document.html}</main>
<script src="sections.js"></script>
<script src="search.js"></script>
</body>
</html>
`;
}

/** Writes the site of the repository at `root` into a folder; answers how many pages there are. */
export async function writeSite(root: string, out: string): Promise<number> {
  const docs = await Array.fromAsync(Deno.readDir(`${root}/docs`), ({ name }) => name);
  const guides = docs.filter((name) => name.endsWith(".md")).sort().map((name) => `docs/${name}`);
  const paths = [...others, ...guides];
  const all = new Map<string, Document>();
  for (const path of paths) {
    const linkOf = (href: string) => linkFrom(path, href, paths, docs);
    all.set(pageOf(path), readDocument(await Deno.readTextFile(`${root}/${path}`), pageOf(path), linkOf));
  }
  await Deno.mkdir(`${out}/images`, { recursive: true });
  for (const [page, document] of all) {
    const html = layout(page, document, all).replaceAll(/(src|srcset)="(?:docs\/)?images\//g, '$1="images/');
    await Deno.writeTextFile(`${out}/${page}`, html);
  }
  for await (const { name } of Deno.readDir(`${root}/docs/images`)) {
    await Deno.copyFile(`${root}/docs/images/${name}`, `${out}/images/${name}`);
  }
  for (const name of docs.filter((name) => name.endsWith(".py"))) {
    await Deno.copyFile(`${root}/docs/${name}`, `${out}/${name}`);
  }
  for (const name of ["search.js", "style.css"]) {
    await Deno.copyFile(`${root}/scripts/site/${name}`, `${out}/${name}`);
  }
  const sections = [...all.values()].flatMap(({ sections }) => sections);
  await Deno.writeTextFile(`${out}/sections.js`, `globalThis.sections = ${JSON.stringify(sections)};\n`);
  return all.size;
}

/** Where a link from one file to another leads on the site. */
function linkFrom(
  path: string,
  href: string,
  paths: readonly string[],
  docs: readonly string[],
): string | undefined {
  const [file = "", anchor] = href.split("#");
  const target = posix.normalize(posix.join(posix.dirname(path), file));
  if (paths.includes(target)) return pageOf(target) + (anchor === undefined ? "" : `#${anchor}`);
  const name = target.replace(/^docs\//, "");
  return target.startsWith("docs/") && name.endsWith(".py") && docs.includes(name) ? name : undefined;
}

if (import.meta.main) {
  await runScript(usage, async (root, args) => {
    const { out = `${root}/dist/site` } = parseArgs({ args, options: { out: { type: "string" } } }).values;
    tell(`${await writeSite(root, out)} pages in ${out}`);
  });
}
