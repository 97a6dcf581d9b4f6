import { Lines } from "../helpers/process.ts";

/** A program that runs until the test is over, and what it has said so far. */
export class Background implements AsyncDisposable {
  readonly stdout: Lines;
  readonly stderr: Lines;
  readonly #child: Deno.ChildProcess;

  constructor([program = "", ...args]: readonly string[], cwd: string, env: Record<string, string> = {}) {
    const pipes = { stdin: "null", stdout: "piped", stderr: "piped" } as const;
    this.#child = new Deno.Command(program, { args, cwd, env: { NO_COLOR: "1", ...env }, ...pipes }).spawn();
    this.stdout = new Lines(this.#child.stdout);
    this.stderr = new Lines(this.#child.stderr);
  }

  /** The first line that matches; where there will be none, the error has all that was said. */
  async line(wanted: RegExp, stream: "stdout" | "stderr" = "stdout"): Promise<string> {
    try {
      return await this[stream].find(wanted);
    } catch (cause) {
      throw new Error(`No line ${wanted}:\n${[...this.stdout.all, ...this.stderr.all].join("\n")}`, {
        cause,
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGTERM");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    await Promise.all([this.#child.status, this.stdout.ended, this.stderr.ended]);
  }
}
