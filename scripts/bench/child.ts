import { readLines } from "../../lib/cli/stdio.ts";

/** Processes that run; they end with this one, however it ends. */
const running = new Set<Deno.ChildProcess>();
globalThis.addEventListener("unload", endAll);

/** Workers, which are not asked to collect, keep young garbage of a MiB at the most. */
const collectorFlags = "--v8-flags=--expose-gc,--max-semi-space-size=1";

/** How a process is started. */
export interface ProcessOptions {
  /** Whether it can be asked to {@link collectGarbage}. */
  readonly collects?: boolean;
}

/** How `heliograph` is started from its sources. */
export function programCommand(
  args: readonly string[],
  options: ProcessOptions = {},
): { file: string; args: string[] } {
  return denoCommand(new URL("../../main.ts", import.meta.url), args, options);
}

function denoCommand(
  module: URL,
  args: readonly string[],
  { collects = false }: ProcessOptions,
): { file: string; args: string[] } {
  const flags = ["--quiet", "--allow-read", "--allow-write", "--allow-net", "--allow-env"];
  if (collects) flags.push(`--preload=${new URL("./collector.ts", import.meta.url).href}`, collectorFlags);
  return { file: Deno.execPath(), args: ["run", ...flags, module.href, ...args] };
}

/** Has a process give back the memory that it does not need. */
export function collectGarbage(pid: number): void {
  Deno.kill(pid, "SIGUSR2");
}

/** Starts a process that is killed when this one ends. */
export function spawn(file: string, options: Deno.CommandOptions): Deno.ChildProcess {
  const child = new Deno.Command(file, options).spawn();
  running.add(child);
  child.status.finally(() => running.delete(child));
  return child;
}

/** Ends every process that was started; whoever works with one sees it gone. */
export function endAll(): void {
  for (const child of running) kill(child);
}

/** Ends a process at once, and resolves when it is gone. */
export async function end(child: Deno.ChildProcess): Promise<void> {
  kill(child);
  await child.status;
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It was gone already.
  }
}

/** Part of a measurement in a process of its own: it answers one JSON line to each that it is sent. */
export class Helper implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: AsyncGenerator<string>;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#input = child.stdin.getWriter();
    this.#answers = readLines(child.stdout);
  }

  static start(role: string, options: ProcessOptions = {}): Helper {
    const { file, args } = denoCommand(new URL("./main.ts", import.meta.url), [`@${role}`], options);
    return new Helper(spawn(file, { args, stdin: "piped", stdout: "piped", stderr: "inherit" }));
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Sends a command and answers what came of it. */
  async ask<Answer>(name: string, argument: unknown = null): Promise<Answer> {
    await this.#input.write(new TextEncoder().encode(`${JSON.stringify([name, argument])}\n`));
    const { value, done } = await this.#answers.next();
    if (done) throw new Error(`A helper of the bench ended while it should ${name}`);
    const { answer, failure } = JSON.parse(value);
    if (failure !== undefined) throw new Error(failure);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#child);
    await this.#input.close().catch(() => {});
    await this.#answers.return(undefined).catch(() => {});
  }
}

/** What a helper does with one command. */
type Commands = Record<string, (argument: never) => unknown>;

/** The helper's side: serves commands until the process that sends them is gone. */
export async function serveCommands(commands: Commands): Promise<void> {
  for await (const line of readLines(Deno.stdin.readable)) {
    const [name, argument] = JSON.parse(line);
    const reply = await perform(commands, name, argument as never);
    await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(reply)}\n`));
  }
}

async function perform(commands: Commands, name: string, argument: never) {
  try {
    return { answer: await commands[name]?.(argument) ?? null };
  } catch (error) {
    return { failure: `${name}: ${(error as Error).message}` };
  }
}
