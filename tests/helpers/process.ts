import { readLines } from "../../lib/cli/stdio.ts";
import { adminToken, callAdmin } from "./gateway.ts";
import { inTime, until } from "./until.ts";

const main = `${import.meta.dirname}/../../main.ts`;
const permissions = ["--allow-read", "--allow-write", "--allow-net", "--allow-env", "--allow-sys=statfs"];

/** The command line of a subcommand, for programs that start it themselves. */
export function commandLine(...args: string[]): string[] {
  return [Deno.execPath(), "run", ...permissions, main, ...args];
}

/** Where and with what a process runs. */
export interface Surroundings {
  readonly cwd: string;
  /** Added to the variables of this process, of which those that configure a gateway are left out. */
  readonly env?: Readonly<Record<string, string>>;
  /** A compiled program that is run in place of the sources. */
  readonly binary?: string | undefined;
  /** A command that runs the one that follows it, such as one that sets limits. */
  readonly runner?: readonly string[];
}

/** What a process came to. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder that is gone when the test is over. */
export class TemporaryFolder implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async make(): Promise<TemporaryFolder> {
    return new TemporaryFolder(await Deno.realPath(await Deno.makeTempDir({ prefix: "heliograph-test-" })));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await until(() => this.#remove(), `the end of those who write into ${this.path}`);
  }

  /** Answers false while somebody still writes into it, as the helpers of a browser do that has ended. */
  async #remove(): Promise<boolean> {
    try {
      await Deno.remove(this.path, { recursive: true });
      return true;
    } catch (error) {
      if ((error as { code?: string }).code === "ENOTEMPTY") return false;
      throw error;
    }
  }
}

/** The lines of a stream, as far as they have come. */
export class Lines {
  readonly all: string[] = [];
  /** Resolves when the stream has ended. */
  readonly ended: Promise<void>;
  #isEnded = false;
  #news = Promise.withResolvers<void>();

  constructor(stream: ReadableStream<Uint8Array>) {
    this.ended = this.#read(stream);
  }

  /** The first line that matches, once it is there. */
  async find(wanted: Pick<RegExp, "test">): Promise<string> {
    return await inTime(this.#find(wanted), `a line ${wanted}`, 60_000);
  }

  async #find(wanted: Pick<RegExp, "test">): Promise<string> {
    for (let seen = 0;; seen++) {
      while (seen === this.all.length) {
        if (this.#isEnded) throw new Error(`No line ${wanted} among:\n${this.all.join("\n")}`);
        await this.#news.promise;
      }
      const line = this.all[seen] ?? "";
      if (wanted.test(line)) return line;
    }
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const line of readLines(stream)) {
      this.all.push(line);
      this.#tell();
    }
    this.#isEnded = true;
    this.#tell();
  }

  #tell(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}

/** Runs a program to its end. */
export async function runToEnd(line: readonly string[], surroundings: Surroundings): Promise<Outcome> {
  const { code, stdout, stderr } = await command(line, surroundings).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** `heliograph serve` in a process of its own, on a free port where the flags name none. */
export class ServerProcess implements AsyncDisposable {
  readonly stdout: Lines;
  readonly stderr: Lines;
  /** The exit code and signal, once the process has ended. */
  readonly status: Promise<Deno.CommandStatus>;
  readonly #child: Deno.ChildProcess;
  #url = "";

  private constructor(flags: readonly string[], { cwd, env, binary, runner = [] }: Surroundings) {
    const variables = { HELIOGRAPH_ADMIN_TOKEN: adminToken, ...env };
    const port = flags.some((flag) => flag.startsWith("--port=")) ? [] : ["--port=0"];
    const args = ["serve", ...port, "--crypto.workers=1", ...flags];
    const line = [...runner, ...(binary === undefined ? commandLine(...args) : [binary, ...args])];
    this.#child = command(line, { cwd, env: variables }).spawn();
    this.stdout = new Lines(this.#child.stdout);
    this.stderr = new Lines(this.#child.stderr);
    this.status = this.#child.status;
  }

  /** Starts a server and waits until it listens; throws, with what it said, when it ends before that. */
  static async start(surroundings: Surroundings, flags: readonly string[] = []): Promise<ServerProcess> {
    const server = new ServerProcess(flags, surroundings);
    try {
      const line = await server.stdout.find(/^ +HTTP /);
      server.#url = /https?:\/\/[^/]+/.exec(line)?.[0] ?? "";
      await server.stdout.find(/^ +next /);
      return server;
    } catch {
      await server.stderr.ended;
      throw new Error(`The server did not start:\n${server.stderr.all.join("\n")}`);
    }
  }

  /** Such as `http://127.0.0.1:40123`. */
  get url(): string {
    return this.#url;
  }

  /** The path where miners connect. */
  get ws(): string {
    return `${this.#url.replace("http", "ws")}/ws`;
  }

  /** Calls the operator's API and answers its JSON; throws on a status of 400 and above. */
  admin(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    return callAdmin(`${this.#url}${path}`, method, body);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Sends the process a signal, if it is still there. */
  signal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }

  /** Ends the process with a signal and waits until it is gone and all that it wrote is read. */
  async end(signal: Deno.Signal): Promise<Deno.CommandStatus> {
    this.signal(signal);
    await Promise.all([this.stdout.ended, this.stderr.ended]);
    return await this.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGKILL");
  }
}

function command([program = "", ...args]: readonly string[], { cwd, env }: Surroundings): Deno.Command {
  const inherited = Object.entries(Deno.env.toObject()).filter(([name]) => !name.startsWith("HELIOGRAPH_"));
  return new Deno.Command(program, {
    args,
    cwd,
    clearEnv: true,
    env: { ...Object.fromEntries(inherited), NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}
