import { readLines } from "../../../lib/cli/stdio.ts";
import { Lines } from "../../helpers/process.ts";

const here = import.meta.dirname ?? "";
/** The versions of the SDK that are run; the oldest knows HTTP alone. */
export const sdkVersions = ["1.0.27", "1.0.61", "2.0.8", "2.0.9"] as const;
const packages = [
  "npm:@hashgraph/sdk@2.81.0",
  ...sdkVersions.map((version) => `npm:@kiloscribe/inscription-sdk@${version}`),
];
const run = [
  "run",
  "--quiet",
  "--no-check",
  "--allow-all",
  "--frozen",
  "--config",
  `${here}/deno.json`,
];

/** What a call of the SDK came to. */
export interface SdkOutcome {
  readonly value?: unknown;
  readonly error?: string;
  /** What its progress callback got. */
  readonly progress?: readonly { readonly progressPercent?: number }[];
  /** The ids of the transactions that it would have had Hedera execute. */
  readonly executed: readonly string[];
}

/** Why the SDK cannot be run; undefined when it can. What is wrong with more than the network is thrown. */
export async function missingSdk(): Promise<string | undefined> {
  const args = [
    "cache",
    "--quiet",
    "--frozen",
    "--config",
    `${here}/deno.json`,
    ...packages,
  ];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: here,
  }).output();
  if (success) return undefined;
  const text = new TextDecoder().decode(stderr);
  if (/error sending request|failed to lookup|timed out|registry/i.test(text)) {
    return "the npm registry cannot be reached";
  }
  throw new Error(`Cannot load the SDK:\n${text}`);
}

/** The SDK in a process of its own. */
export class SdkProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: AsyncGenerator<string>;
  readonly #stderr: Lines;

  /**
   * `config` is the SDK's own, with the base URL of its HTTP client beside it, its version, and the milliseconds that an
   * execution takes.
   */
  constructor(
    config: {
      baseURL: string;
      apiKey?: string;
      /** Whose signature gives the API key, in place of one that is given. */
      account?: {
        readonly accountId: string;
        readonly privateKey: string;
        readonly baseUrl: string;
        /** Whether the SDK is handed the ED25519 key rather than its text. */
        readonly readKey: boolean;
      };
      version?: typeof sdkVersions[number];
      executionMs?: number;
      [field: string]: unknown;
    },
  ) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        ...run,
        `${here}/session.ts`,
        JSON.stringify({ network: "testnet", version: "2.0.9", executionMs: 0, ...config }),
      ],
      cwd: here,
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#answers = readLines(this.#child.stdout);
    this.#stderr = new Lines(this.#child.stderr);
  }

  /** Calls a method and waits for what comes of it; one at a time. */
  async call(method: string, ...args: unknown[]): Promise<SdkOutcome> {
    await this.#writer.write(
      new TextEncoder().encode(`${JSON.stringify([method, ...args])}\n`),
    );
    for (
      let next = await this.#answers.next();
      !next.done;
      next = await this.#answers.next()
    ) {
      if (next.value.startsWith("=> ")) return JSON.parse(next.value.slice(3));
    }
    await this.#stderr.ended;
    throw new Error(
      `The SDK's process has ended:\n${this.#stderr.all.join("\n")}`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close();
    for await (const _ of this.#answers);
    await Promise.all([this.#child.status, this.#stderr.ended]);
  }
}
