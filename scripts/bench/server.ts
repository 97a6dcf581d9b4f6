import { cryptoReady } from "../../lib/crypto/mod.ts";
import { readLines } from "../../lib/cli/stdio.ts";
import { end, type ProcessOptions, programCommand, spawn } from "./child.ts";
import { minerKey } from "./miners.ts";

const adminToken = crypto.randomUUID();

/** How a server is started. */
export interface ServerOptions extends ProcessOptions {
  /** Registered miners: those with the numbers below this one. */
  readonly miners: number;
  readonly flags?: readonly string[];
  /** Where the store is, and the key, if not in its own folder. */
  readonly store?: string | undefined;
  readonly key?: string | undefined;
}

/** A gateway in a process of its own, as an operator runs it, with a store and keys that go with it. */
export class BenchServer implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #folder: string;

  private constructor(child: Deno.ChildProcess, folder: string, readonly url: string) {
    this.#child = child;
    this.#folder = folder;
  }

  static async start(options: ServerOptions): Promise<BenchServer> {
    await cryptoReady();
    const folder = await Deno.makeTempDir({ prefix: "heliograph-bench-" });
    const child = await startProcess(folder, options);
    try {
      return new BenchServer(child, folder, await readUrl(child, folder));
    } catch (error) {
      await end(child);
      await Deno.remove(folder, { recursive: true });
      throw error;
    }
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Where miners connect. */
  get ws(): string {
    return `${this.url.replace("http", "ws")}/ws`;
  }

  /** Calls the operator's API, and answers its JSON. */
  async admin(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const { headers } = this.publishing;
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(`${this.url}${path}`, { method, headers, ...text });
    const said = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${said}`);
    return JSON.parse(said);
  }

  /** The call that sends games, less its body. */
  get publishing(): { url: string; headers: Record<string, string> } {
    return { url: `${this.url}/admin/games`, headers: { authorization: `Bearer ${adminToken}` } };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#child);
    await Deno.remove(this.#folder, { recursive: true });
  }
}

async function startProcess(folder: string, options: ServerOptions) {
  const { miners, flags = [], store = `${folder}/store.db`, key = `${folder}/validator.key` } = options;
  const registered = Array.from({ length: miners }, (_, uid) => ({ hotkey: minerKey(uid).address, uid }));
  await Deno.writeTextFile(`${folder}/metagraph.json`, JSON.stringify({ miners: registered }));
  const { file, args } = programCommand([
    "serve",
    "--port=0",
    `--store=${store}`,
    `--validator_key=${key}`,
    `--metagraph=${folder}/metagraph.json`,
    "--websocket.rate_limit=100000",
    "--http.rate_limit=100000",
    "--websocket.max_connections=100000",
    "--websocket.max_connections_per_address=100000",
    "--websocket.max_strangers_per_address=100000",
    "--predictions.daily_per_miner=10000000",
    "--predictions.daily_bytes_per_miner=64GiB",
    ...flags,
  ], options);
  const surroundings = { clearEnv: true, env: environment(), stdin: "null", stdout: "piped" } as const;
  if (Deno.build.os === "windows") return spawn(file, { ...surroundings, args, stderr: "null" });
  const redirected = ["-c", 'exec "$@" 2> "$0"', `${folder}/log`, file, ...args];
  return spawn("sh", { ...surroundings, args: redirected, stderr: "inherit" });
}

/** This process's own, without settings of another server. */
function environment(): Record<string, string> {
  const kept = Object.entries(Deno.env.toObject()).filter(([name]) => !name.startsWith("HELIOGRAPH_"));
  return { ...Object.fromEntries(kept), HELIOGRAPH_ADMIN_TOKEN: adminToken };
}

async function readUrl(child: Deno.ChildProcess, folder: string): Promise<string> {
  for await (const line of readLines(child.stdout)) {
    const url = /^\s*health\s+(http\S+)\/ws\/health$/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  const log = await Deno.readTextFile(`${folder}/log`).catch(() => "");
  throw new Error(`The server did not start: ${log.trim().split("\n").at(-1)}`);
}
