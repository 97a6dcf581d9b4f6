import { bytesToHex } from "@noble/hashes/utils.js";

/** Where a dashboard is built from, and into. */
interface BuildOptions {
  /** The repository. */
  readonly root: string;
  /** The folder that a gateway serves. */
  readonly out: string;
  /** The page's module, when it is not the dashboard's own. */
  readonly entry?: string;
}

/** What a build did. */
interface BuildResult {
  readonly done: "built" | "unchanged";
  /** Bytes of the page with all that it loads, as they travel compressed. */
  readonly bytes: number;
}

/** `manifest.json`: what the folder has, by the path below the page. */
interface Manifest {
  /** Says what it was built from. */
  readonly inputs: string;
  readonly bytes: number;
  readonly files: readonly { readonly path: string; readonly file: string; readonly type: string }[];
}

interface Asset {
  readonly name: string;
  readonly content: Uint8Array<ArrayBuffer>;
}

const sources = [
  "lib/dashboard",
  "lib/client",
  "lib/crypto",
  "lib/protocol",
  "deno.lock",
  "scripts/build_dashboard.ts",
];
const types: Readonly<Record<string, string | undefined>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

/** Bundles the page into a folder, unless what is there was made from the same sources. */
export async function buildDashboard({ root, out, entry }: BuildOptions): Promise<BuildResult> {
  const inputs = await hashInputs(root);
  const before = await readManifest(out);
  if (before?.inputs === inputs && await isWhole(out, before)) {
    return { done: "unchanged", bytes: before.bytes };
  }
  await Deno.mkdir(out, { recursive: true });
  const written = await writePages(root, out, entry ?? `${root}/lib/dashboard/main.tsx`);
  const bytes = written.filter(({ path }) => !/console|^docs/.test(path))
    .reduce((sum, { size }) => sum + size, 0);
  const manifest = { inputs, bytes, files: written.map(({ path, file, type }) => ({ path, file, type })) };
  await finish(out, manifest, before);
  return { done: "built", bytes };
}

async function writePages(root: string, out: string, entry: string) {
  const folder = `${root}/lib/dashboard`;
  const read = (name: string) => Deno.readFile(`${folder}/${name}`);
  const chartStyles = new URL("uPlot.min.css", import.meta.resolve("uplot"));
  const styles = await Promise.all(
    [chartStyles, `${folder}/styles.css`].map((path) => Deno.readTextFile(path)),
  );
  const shared = [
    { name: "styles.css", content: new TextEncoder().encode(styles.join("\n")) },
    { name: "icon.svg", content: await read("icon.svg") },
  ];
  const own = [
    { path: "", file: "index.html", assets: [{ name: "main.js", content: await bundle(entry, out) }] },
    {
      path: "console",
      file: "console.html",
      assets: [
        { name: "console.js", content: await bundle(`${folder}/console/main.tsx`, out) },
        { name: "console.css", content: await read("console/console.css") },
        { name: "console-verifier.js", content: await bundle(`${folder}/console/verifier/worker.ts`, out) },
      ],
    },
  ];
  const written = new Map<string, Output>();
  const pages: Output[] = [
    // The reference is made by who serves it, and names these as they are.
    {
      path: "docs/reference.js",
      file: "reference.js",
      content: await bundle(`${folder}/reference/main.ts`, out),
    },
    { path: "docs/icon.svg", file: "reference-icon.svg", content: await read("icon.svg") },
  ];
  for (const { path, file, assets } of own) {
    let html = await Deno.readTextFile(`${folder}/${file}`);
    for (const asset of [...shared, ...assets]) {
      const hashed = await hashedName(asset);
      written.set(hashed, { path: `assets/${hashed}`, file: hashed, content: asset.content });
      html = link(html, file, asset.name, `assets/${hashed}`);
    }
    pages.push({ path, file, content: new TextEncoder().encode(html) });
  }
  return await Promise.all([...pages, ...written.values()].map((output) => write(out, output)));
}

async function hashInputs(root: string): Promise<string> {
  const paths = (await Promise.all(sources.map((path) => Array.fromAsync(filesBelow(root, path))))).flat();
  const hashes = await Promise.all(
    paths.sort().map(async (path) => `${path} ${await hash(await Deno.readFile(`${root}/${path}`))}`),
  );
  return await hash(new TextEncoder().encode([Deno.version.deno, ...hashes].join("\n")));
}

async function* filesBelow(root: string, path: string): AsyncGenerator<string> {
  if ((await Deno.stat(`${root}/${path}`)).isFile) return yield path;
  for await (const { name } of Deno.readDir(`${root}/${path}`)) yield* filesBelow(root, `${path}/${name}`);
}

async function hash(content: Uint8Array<ArrayBuffer>): Promise<string> {
  return bytesToHex(new Uint8Array(await crypto.subtle.digest("SHA-256", content)));
}

async function readManifest(out: string): Promise<Manifest | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(`${out}/manifest.json`)) as Manifest;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function isWhole(out: string, { files }: Manifest): Promise<boolean> {
  const present = await Array.fromAsync(Deno.readDir(out), ({ name }) => name);
  return files.every(({ file }) => present.includes(file) && present.includes(`${file}.gz`));
}

/** A browser's module with all that an entry imports. */
async function bundle(entry: string, out: string): Promise<Uint8Array<ArrayBuffer>> {
  const file = await Deno.makeTempFile({ dir: out, suffix: ".js" });
  try {
    const args = ["bundle", "--platform=browser", "--minify", `--output=${file}`, entry];
    const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1" } })
      .output();
    if (success) return await Deno.readFile(file);
    const said = new TextDecoder().decode(stderr).trim();
    throw new Error(`Cannot build the dashboard: deno bundle of ${entry} failed\n${said}`);
  } finally {
    await Deno.remove(file);
  }
}

async function hashedName({ name, content }: Asset): Promise<string> {
  return name.replace(".", `-${(await hash(content)).slice(0, 12)}.`);
}

function link(html: string, page: string, name: string, path: string): string {
  if (!html.includes(`"${name}"`)) {
    throw new Error(`Cannot build the dashboard: ${page} does not mention "${name}"`);
  }
  return html.replace(`"${name}"`, `"${path}"`);
}

interface Output {
  readonly path: string;
  readonly file: string;
  readonly content: Uint8Array<ArrayBuffer>;
}

/** Writes a file and its compressed form, each at once, for somebody may be reading. */
async function write(out: string, { path, file, content }: Output) {
  const compressed = await gzip(content);
  await replace(`${out}/${file}`, content);
  await replace(`${out}/${file}.gz`, compressed);
  return { path, file, type: types[file.split(".").at(-1) ?? ""] ?? "", size: compressed.length };
}

async function gzip(content: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([content]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function replace(path: string, content: Uint8Array): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID()}`;
  await Deno.writeFile(temporary, content);
  await Deno.rename(temporary, path);
}

/** The manifest comes last: until then the folder is as it was. Then what only the build before had goes. */
async function finish(out: string, manifest: Manifest, before: Manifest | undefined): Promise<void> {
  await replace(`${out}/manifest.json`, new TextEncoder().encode(JSON.stringify(manifest, null, 2)));
  const kept = new Set(manifest.files.map(({ file }) => file));
  for (const { file } of before?.files ?? []) {
    if (kept.has(file)) continue;
    for (const name of [file, `${file}.gz`]) await Deno.remove(`${out}/${name}`).catch(ignoreGone);
  }
}

function ignoreGone(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

async function main(): Promise<number> {
  const root = `${import.meta.dirname}/..`;
  try {
    const { done, bytes } = await buildDashboard({ root, out: `${root}/dist/dashboard` });
    const what = done === "built" ? "built into dist/dashboard" : "is up to date";
    await say(Deno.stdout, `Dashboard ${what} (${Math.round(bytes / 1000)} KB compressed)\n`);
    return 0;
  } catch (error) {
    await say(Deno.stderr, `${(error as Error).message}\n`);
    return 1;
  }
}

async function say({ writable }: { writable: WritableStream<Uint8Array> }, text: string): Promise<void> {
  await new Blob([text]).stream().pipeTo(writable, { preventClose: true });
}

if (import.meta.main) Deno.exit(await main());
