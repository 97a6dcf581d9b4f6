import { assertEquals } from "@std/assert";
import { runToEnd, TemporaryFolder } from "../helpers/process.ts";

/** The repository. */
export const root = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

/** What the README and the examples are tried with, beside the packages. */
const companions = [
  "@types/node@24",
  "@types/react@19",
  "@types/react-dom@19",
  "@types/ws@8",
  "@vitejs/plugin-react@6.3.0",
  "esbuild@0.28.2",
  "react@19.3.1",
  "react-dom@19.3.1",
  "socket.io-client@4.8.4",
  "typescript@6.0.3",
  "vite@8.4.0",
  "ws@8.23.0",
];

const isNode = "process.versions.deno === undefined && process.versions.node.split('.')[0]";

async function answerOf(line: readonly string[], cwd = "/"): Promise<string | undefined> {
  try {
    const { code, stdout } = await runToEnd(line, { cwd });
    return code === 0 ? stdout.trim() : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Why packages of npm cannot be installed here; undefined: they can. */
export async function whyNoNpm(): Promise<string | undefined> {
  if (await answerOf(["node", "-p", isNode]) === undefined) return "no node";
  const view = ["npm", "view", "ws", "name", "--fetch-retries=0", "--fetch-timeout=15000"];
  return await answerOf(view) === "ws" ? undefined : "npm does not reach its registry";
}

/** The command line of Node 20, the oldest that is served: it has no WebSocket. */
export async function node20(): Promise<string[]> {
  return await answerOf(["node", "-p", isNode]) === "20" ? ["node"] : ["npx", "-y", "node@20"];
}

/** A folder in which the packages of this repository are installed as a user would. */
export class Project implements AsyncDisposable {
  readonly #folder: TemporaryFolder;
  readonly path: string;
  /** Of all packages. */
  tarballs: readonly string[] = [];

  private constructor(folder: TemporaryFolder) {
    this.#folder = folder;
    this.path = `${folder.path}/project`;
  }

  /** Packs, and installs what came of it. */
  static async make(): Promise<Project> {
    const project = new Project(await TemporaryFolder.make());
    await Deno.mkdir(project.path);
    project.tarballs = await project.#pack();
    await project.run(["npm", "init", "-y"]);
    await project.run(["npm", "install", "--no-audit", "--no-fund", ...project.tarballs, ...companions]);
    return project;
  }

  async #pack(): Promise<string[]> {
    const script = `${root}/scripts/pack.ts`;
    const line = [Deno.execPath(), "run", "--allow-all", script, `--out=${this.#folder.path}/npm`];
    return (await this.run(line)).trim().split("\n");
  }

  /** Copies an example's files; they find what is installed above them. Answers the folder. */
  async copy(example: string): Promise<string> {
    const target = `${this.path}/${example}`;
    await copyFolder(`${root}/examples/${example}`, target);
    return target;
  }

  /** Runs a program to its end, and answers what it printed; fails where it does. */
  async run(line: readonly string[], cwd = this.path): Promise<string> {
    const { code, stdout, stderr } = await runToEnd(line, { cwd });
    assertEquals(code, 0, `${line.join(" ")}\n${stdout}${stderr}`);
    return stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** Copies a folder and all in it. */
export async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (name === "node_modules") continue;
    if (isDirectory) await copyFolder(`${from}/${name}`, `${to}/${name}`);
    else await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}
