import { basename } from "node:path";
import { buildDashboard } from "../build_dashboard.ts";
import { runDeno } from "./run_deno.ts";

/**
 * Packages that are embedded as they are: inside a bundle their code would meet Deno's own timers, where it expects Node's.
 */
const wholePackages = ["socket.io", "socket.io-client"];

/** Each is started from a file of its name beside the code that starts it, which in a bundle is the folder of all code. */
const workers = ["lib/crypto/crypto_worker", "lib/operations/backup_worker"];

/** Bundled CommonJS asks a global `require` for Node's modules; that of `node:module` takes long to load. */
const entry = `globalThis.require = (name) => {
  const found = process.getBuiltinModule(name);
  if (found === undefined) throw new Error("Cannot find module " + name);
  return found;
};
await import("./main.js");
`;

interface Manifest {
  readonly imports: Readonly<Record<string, string>>;
  readonly unstable: readonly string[];
}

/** What a binary says of itself. */
interface Stamp {
  readonly version: string;
  readonly commit: string;
}

/** A folder with all that a binary is made of, and how it is told to the compiler. */
export interface Stage {
  /** The main module, below the folder. */
  readonly entry: string;
  /** What is embedded beside all that the main module imports. */
  readonly included: readonly string[];
}

/**
 * Bundles the program into `folder`: that way a binary has neither the packages of tests and dashboard nor hundreds of
 * modules to load before it can serve.
 */
export async function makeStage(root: string, folder: string, stamp: Stamp): Promise<Stage> {
  const manifest: Manifest = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  await bundle(root, `${folder}/app`);
  const workerFiles = await Promise.all(workers.map(async (path) => {
    const file = `app/${basename(path)}.ts`;
    await Deno.writeTextFile(`${folder}/${file}`, `import "./${path}.js";\n`);
    return file;
  }));
  await buildDashboard({ root, out: `${root}/dist/dashboard` });
  await copyFolder(`${root}/dist/dashboard`, `${folder}/dist/dashboard`);
  await Deno.writeTextFile(`${folder}/app/entry.js`, entry);
  await Deno.writeTextFile(`${folder}/app/build.json`, JSON.stringify(stamp));
  await Deno.writeTextFile(`${folder}/deno.json`, stagedManifest(manifest));
  // Pins what the whole packages depend on.
  await Deno.copyFile(`${root}/deno.lock`, `${folder}/deno.lock`);
  return {
    entry: "app/entry.js",
    included: [...workerFiles, "app/build.json", "dist/dashboard"],
  };
}

/** Bundles program and workers together, so that what several of them need is there once. */
function bundle(root: string, out: string): Promise<void> {
  const options = ["--quiet", "--platform=deno", "--code-splitting", `--outdir=${out}`];
  const external = wholePackages.map((name) => `--external=${name}`);
  const modules = ["main.ts", ...workers.map((path) => `${path}.ts`)];
  return runDeno(Deno.execPath(), ["bundle", ...options, ...external, ...modules], root);
}

function stagedManifest({ imports, unstable }: Manifest): string {
  const kept = wholePackages.map((name) => [name, imports[name]]);
  return JSON.stringify({ imports: Object.fromEntries(kept), unstable });
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name } of Deno.readDir(from)) await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
}
