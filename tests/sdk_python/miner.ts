import { Lines } from "../helpers/process.ts";
import { sdk } from "./pythons.ts";

const longestRunMs = 120_000;

/** A line that a miner prints. */
type MinerEvent = { readonly event: string; readonly [field: string]: unknown };

/** What a miner is started with. */
interface MinerOptions {
  readonly python: string;
  readonly cwd: string;
  readonly validators: string;
  /** The seed of its key, hex. */
  readonly seed: string;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** `python -m heliograph miner` in a process of its own. */
export class PythonMiner implements AsyncDisposable {
  readonly stdout: Lines;
  readonly stderr: Lines;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  /** What waits for a miner that says nothing more ends with it. */
  readonly #deadline: ReturnType<typeof setTimeout>;

  private constructor(line: readonly string[], options: MinerOptions) {
    const [program = "", ...args] = line;
    this.#child = new Deno.Command(program, {
      args,
      cwd: options.cwd,
      env: { PYTHONPATH: sdk, PYTHONDONTWRITEBYTECODE: "1", ...options.env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.stdout = new Lines(this.#child.stdout);
    this.stderr = new Lines(this.#child.stderr);
    this.#input = this.#child.stdin.getWriter();
    this.#deadline = setTimeout(() => this.#signal("SIGKILL"), longestRunMs);
  }

  static async start(options: MinerOptions): Promise<PythonMiner> {
    await Deno.writeTextFile(`${options.cwd}/miner.key`, options.seed);
    const flags = [
      `--validators=${options.validators}`,
      "--key=miner.key",
      "--websocket_reconnect_base_interval=0.2",
      "--websocket_max_reconnect_interval=2",
      ...options.flags ?? [],
    ];
    return new PythonMiner([options.python, "-m", "heliograph", "miner", ...flags], options);
  }

  /** What it has printed so far. */
  get events(): MinerEvent[] {
    return this.stdout.all.map((line) => JSON.parse(line));
  }

  /** The events of a kind so far. */
  of(event: string): MinerEvent[] {
    return this.events.filter((line) => line.event === event);
  }

  /** The `count`th event of a kind that holds a text, counted from 1, once it is there. */
  async event(event: string, { holding = "", count = 1 } = {}): Promise<MinerEvent> {
    let left = count;
    const test = (line: string) => isOf(line, event) && line.includes(holding) && --left === 0;
    return JSON.parse(await this.stdout.find({ test }));
  }

  /** Gives it predictions. */
  async put(predictions: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
    const text = predictions.map((prediction) => `${JSON.stringify(prediction)}\n`).join("");
    await this.#input.write(new TextEncoder().encode(text));
  }

  /** Says that there are no more predictions. */
  async endInput(): Promise<void> {
    await this.#input.close();
  }

  /** Waits until it has ended by itself. */
  async ended(): Promise<{ code: number; stderr: string }> {
    await Promise.all([this.stdout.ended, this.stderr.ended]);
    const { code } = await this.#child.status;
    clearTimeout(this.#deadline);
    return { code, stderr: this.stderr.all.join("\n") };
  }

  /** Sends it a signal and waits until it has ended. */
  async end(signal: Deno.Signal): Promise<{ code: number; stderr: string }> {
    this.#signal(signal);
    return await this.ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGKILL");
    await this.#input.abort().catch(() => {});
  }

  #signal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
}

function isOf(line: string, event: string): boolean {
  return line.startsWith(`{"event": "${event}"`);
}
