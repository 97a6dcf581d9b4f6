import { Lines, runToEnd } from "../../helpers/process.ts";
import type { Place, ProxyKind } from "./proxy_kinds.ts";

const deploy = `${import.meta.dirname}/../../../deploy`;
const attempts = 8;
/** Below those that the system gives to whoever asks for a free one. */
const ports = { first: 11_000, count: 20_000 };

/** A proxy that runs with the shipped configuration. */
export class ProxyProcess {
  readonly #kind: ProxyKind;
  readonly #child: Deno.ChildProcess;
  readonly #log: Lines;

  private constructor(kind: ProxyKind, config: string, readonly place: Place) {
    const [program, ...args] = locate(kind.run(config, place.folder));
    this.#kind = kind;
    this.#child = new Deno.Command(program, {
      args,
      env: { XDG_DATA_HOME: place.folder, XDG_CONFIG_HOME: place.folder },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#log = new Lines(this.#child.stderr);
  }

  /**
   * Starts one in front of `instances`. Ports cannot be had from the proxy itself, and may be taken between choice and use: then
   * others are tried.
   */
  static async start(kind: ProxyKind, folder: string, instances: readonly string[]): Promise<ProxyProcess> {
    let cause: unknown;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const httpPort = ports.first + 2 * Math.floor(Math.random() * ports.count / 2);
      try {
        return await ProxyProcess.#startOn(kind, { folder, httpPort, httpsPort: httpPort + 1, instances });
      } catch (error) {
        cause = error;
      }
    }
    throw new Error(`Cannot start ${kind.name} in ${attempts} attempts`, { cause });
  }

  static async #startOn(kind: ProxyKind, place: Place): Promise<ProxyProcess> {
    const config = `${place.folder}/config`;
    await Deno.writeTextFile(config, await readShipped(kind, place));
    await check(kind, config, place.folder);
    const process = new ProxyProcess(kind, config, place);
    try {
      await process.#log.find(kind.ready);
      return process;
    } catch (error) {
      await process.end();
      throw error;
    }
  }

  /** Has it read its configuration again, and resolves when the old processes take nothing new. */
  async reload(): Promise<void> {
    const { reload, name } = this.#kind;
    if (reload === undefined) throw new TypeError(`Cannot reload ${name}: its kind does not say how`);
    const signal = () => this.#child.kill(reload.signal);
    signal();
    // HAProxy's master loses what comes within some milliseconds of its saying that it listens.
    const again = setInterval(signal, 250);
    try {
      await this.#log.find(reload.done);
    } finally {
      clearInterval(again);
    }
  }

  /** Ends it and all that it started. */
  async end(): Promise<void> {
    try {
      this.#child.kill("SIGTERM");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    await Promise.all([this.#child.status, this.#log.ended]);
  }
}

/** Why a proxy cannot be tested here; undefined where it can. */
export function missing({ run }: ProxyKind): string | undefined {
  if (Deno.build.os !== "linux") return "only Linux has all addresses from 127.0.0.1 to 127.255.255.254";
  const [program = ""] = run("", "");
  return find(program) === undefined ? `${program} is not installed` : undefined;
}

/** The shipped file with what a test needs in place of ports, paths, users and instances. */
async function readShipped(kind: ProxyKind, place: Place): Promise<string> {
  let text = await Deno.readTextFile(`${deploy}/${kind.file}`);
  for (const [shipped, here] of kind.substitutions(place)) {
    if (text.split(shipped).length !== 2) {
      throw new Error(`Cannot replace in ${kind.file}: expected once ${JSON.stringify(shipped)}`);
    }
    text = text.replace(shipped, () => here);
  }
  return text;
}

async function check(kind: ProxyKind, config: string, cwd: string): Promise<void> {
  const { code, stdout, stderr } = await runToEnd(locate(kind.check(config)), { cwd });
  if (code !== 0) throw new Error(`${kind.name} refuses its configuration:\n${stderr}${stdout}`);
}

function locate([program = "", ...args]: readonly string[]): [string, ...string[]] {
  return [find(program) ?? program, ...args];
}

/** Debian has servers where only root looks. */
function find(program: string): string | undefined {
  const folders = [...(Deno.env.get("PATH") ?? "").split(":"), "/usr/sbin", "/usr/local/sbin"];
  return folders.map((folder) => `${folder}/${program}`).find(isFile);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
