import { pythonWith } from "../helpers/programs.ts";
import { runToEnd, TemporaryFolder } from "../helpers/process.ts";

/** Where the package is. */
export const sdk = new URL("../../sdk/python", import.meta.url).pathname;

const installed = await pythonWith("websockets");

/** The Python of this machine, with whatever `websockets` it has; `missing`: why there is none. */
export const machinePython: { readonly path: string; readonly missing: string | undefined } = {
  path: installed ?? "",
  missing: installed === undefined ? "no Python with the module websockets" : undefined,
};

const base = await pythonWith("venv, ensurepip");

/** Why no virtual environment can be made that has what PyPI has; undefined: it can. */
export async function whyNoPyPI(): Promise<string | undefined> {
  if (base === undefined) return "no Python with the module venv";
  await using folder = await TemporaryFolder.make();
  await makeEnvironment(folder.path);
  const download = ["download", "--quiet", "--no-deps", "--retries=1", "--timeout=15", "websockets"];
  const { code } = await runToEnd(["venv/bin/pip", ...download], { cwd: folder.path });
  return code === 0 ? undefined : "pip does not reach a package index";
}

/** Installs the package as a user would, into a fresh virtual environment; answers its Python. */
export async function installFresh(folder: string): Promise<string> {
  // A copy, since an installation writes beside the sources.
  await copy(sdk, `${folder}/sdk/python`);
  await makeEnvironment(folder);
  await run(["venv/bin/pip", "install", "--quiet", "./sdk/python"], folder);
  return `${folder}/venv/bin/python`;
}

async function makeEnvironment(folder: string): Promise<void> {
  await run([base ?? "", "-m", "venv", "venv"], folder);
}

async function run(line: readonly string[], cwd: string): Promise<void> {
  const { code, stderr } = await runToEnd(line, { cwd });
  if (code !== 0) throw new Error(`${line.join(" ")}: ${stderr}`);
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (name === "__pycache__" || name === "build" || name.endsWith(".egg-info")) continue;
    if (isDirectory) await copy(`${from}/${name}`, `${to}/${name}`);
    else await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}
