import {
  type InscribeFile,
  type InscribeRequest,
  type Inscription,
  JobClient,
  JobError,
  type JobResult,
} from "../client/mod.ts";
import { type Clock, systemClock } from "../protocol/mod.ts";
import { escapeControls } from "../telemetry/mod.ts";
import { type Command, Failure, runFramed } from "./command.ts";
import { type InscribeSettings, readInscribeSettings, usage } from "./inscribe/settings.ts";
import { readApiKey, readMetadata, readSource } from "./inscribe/source.ts";
import { LiveView, PlainView, type Shown, type View } from "./inscribe/view.ts";
import { processStdio, type Stdio, tellSync, terminalColumns } from "./stdio.ts";
import { stopSignal } from "./stop_signal.ts";
import { jsonText } from "./text.ts";
import { callOf } from "./this_program.ts";

export { usage };

/** What the command gets from around it; tests hand in their own. */
interface InscribeSurroundings {
  readonly env: Readonly<Record<string, string>>;
  readonly stdio: Stdio;
  /** Takes what is shown while the job is under way. */
  readonly write: (text: string) => void;
  /** How wide the terminal is that shows it; undefined: there is none. */
  readonly columns: (() => number) | undefined;
  /** Aborts when nobody wants to wait any more. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** `heliograph inscribe`. */
export const run: Command = async (args) => {
  const { signal, release } = stopSignal();
  try {
    return await runInscribe(args, {
      env: Deno.env.toObject(),
      stdio: processStdio,
      write: (text) => tellSync(Deno.stderr, text),
      columns: Deno.stderr.isTerminal() ? terminalColumns : undefined,
      signal,
      clock: systemClock,
    });
  } finally {
    release();
  }
};

/** {@link run} with surroundings of the caller's choice. */
export async function runInscribe(
  args: readonly string[],
  surroundings: InscribeSurroundings,
): Promise<number> {
  return await runFramed(usage, args, surroundings, async () => {
    return await new Inscribing(readInscribeSettings(args, surroundings.env), surroundings).run();
  });
}

/** Refusals that are about how the command was called. */
const usageCodes: readonly string[] = ["unauthorized", "unreachable", "no_answer"];

/** In milliseconds: people wait, and a gateway that does not answer has likely been misspelled. */
const impatience = { connectTimeout: 5000, firstPatience: 3000 } as const;

/** One call of the command. */
class Inscribing {
  readonly #settings: InscribeSettings;
  readonly #surroundings: InscribeSurroundings;
  #jobId: string | undefined;

  constructor(settings: InscribeSettings, surroundings: InscribeSurroundings) {
    this.#settings = settings;
    this.#surroundings = surroundings;
  }

  async run(): Promise<number> {
    const { task } = this.#settings;
    using client = await this.#connect();
    try {
      if (task.kind === "cancel") return await this.#cancel(client, task.jobId);
      if (task.kind === "follow") return await this.#follow(client, task.jobId);
      return await this.#inscribe(client, task.file);
    } catch (error) {
      return await this.#failed(error);
    }
  }

  async #connect(): Promise<JobClient> {
    const { url, key, connection: mode, discover } = this.#settings;
    const apiKey = await readApiKey(key);
    const { clock } = this.#surroundings;
    try {
      return new JobClient({ url, apiKey, mode, discover, clock, ...impatience });
    } catch (cause) {
      throw new Failure((cause as Error).message, 2, { cause });
    }
  }

  async #inscribe(client: JobClient, path: string): Promise<number> {
    const { holderId, mode, network, metadata } = this.#settings;
    const file = await readSource(path, this.#settings, this.#surroundings.stdio.input);
    const request: InscribeRequest = { file, holderId, mode, network, ...await readMetadata(metadata) };
    const name = file.name ?? path;
    return await this.#show(client, name, preparing(file), (options) => client.inscribe(request, options));
  }

  async #follow(client: JobClient, jobId: string): Promise<number> {
    this.#jobId = jobId;
    const name = `job ${jobId}`;
    return await this.#show(client, name, "asking", (options) => client.follow(jobId, options));
  }

  async #cancel(client: JobClient, jobId: string): Promise<number> {
    const { stdio } = this.#surroundings;
    const inscription = await client.cancel(jobId);
    if (inscription === null) {
      await stdio.complain(`Cannot cancel job ${jobId}: this API key has none with that id\n`);
      return 1;
    }
    await stdio.print(
      this.#settings.json ? `${jsonText(inscription)}\n` : describeCancelled(inscription),
    );
    return inscription.status === "failed" ? 0 : 1;
  }

  async #show(
    client: JobClient,
    name: string,
    preparation: string,
    wait: (options: Parameters<JobClient["follow"]>[1]) => Promise<JobResult>,
  ): Promise<number> {
    const { stdio, signal, write } = this.#surroundings;
    const hints = (jobId: string) => this.#hints(jobId);
    const view = this.#view({ name, preparation, transport: () => client.transport, write, hints });
    let result: JobResult;
    try {
      result = await wait({
        signal,
        onStarted: (job) => {
          this.#jobId = job.jobId;
          view?.started(job);
        },
        onProgress: (progress) => view?.progress(progress),
      });
    } finally {
      view?.end();
    }
    const { json, url } = this.#settings;
    await stdio.print(json ? resultJson(result, url) : describeResult(name, result, url));
    return 0;
  }

  /** Whoever reads JSON from no terminal wants nothing else. */
  #view(shown: Shown): View | undefined {
    const { columns, clock } = this.#surroundings;
    if (columns !== undefined) return new LiveView(shown, clock, columns);
    return this.#settings.json ? undefined : new PlainView(shown);
  }

  async #failed(error: unknown): Promise<number> {
    const { stdio, signal } = this.#surroundings;
    const interrupted = signal.aborted && !(error instanceof JobError);
    if (!interrupted && !(error instanceof JobError)) throw error;
    const code = error instanceof JobError ? error.code : "interrupted";
    await stdio.complain(
      interrupted
        ? this.#interruption()
        : `${escapeControls((error as Error).message)}${this.#advice(code)}\n`,
    );
    return interrupted ? 130 : usageCodes.includes(code) ? 2 : 1;
  }

  #interruption(): string {
    if (this.#jobId === undefined) return "Interrupted before the gateway had taken the job\n";
    // On a terminal the hints stand there already.
    if (this.#surroundings.columns !== undefined) return "Interrupted; the job goes on\n";
    return `Interrupted; the job goes on. To wait for it again, or to end it:\n${this.#hints(this.#jobId)}`;
  }

  #advice(code: string): string {
    if (code === "unauthorized") return `: ${this.#settings.url} does not know it`;
    if (!usageCodes.includes(code)) return "";
    if (this.#jobId === undefined) return `; is the gateway running, and is --url right?`;
    return `; the job may go on, to wait for it again, or to end it:\n${this.#hints(this.#jobId).trimEnd()}`;
  }

  #hints(jobId: string): string {
    const { url, isUrlGiven } = this.#settings;
    const where = isUrlGiven ? ` --url=${url}` : "";
    const id = escapeControls(jobId);
    return ["follow", "cancel"].map((flag) => `  ${callOf("inscribe")} --${flag}=${id}${where}\n`).join("");
  }
}

function preparing(file: InscribeFile): string {
  if ("url" in file) return "the gateway fetches it";
  const kilobytes = Math.ceil(file.bytes.length / 1024);
  return `sending ${kilobytes < 1024 ? `${kilobytes} KiB` : `${(kilobytes / 1024).toFixed(1)} MiB`}`;
}

/** Where what is in a topic is read back. */
function contentUrl(url: string, topicId: string): string {
  return `${url.replace(/^ws/, "http").replace(/\/+$/, "")}/inscriptions/content/${topicId}`;
}

/** A completed inscription, for people. */
export function describeResult(name: string, result: JobResult, url: string): string {
  const rows = [
    ["topic", result.topicId],
    ["metadata", result.jsonTopicId],
    ["registry", result.registryTopicId],
    ["transaction", result.transactionId],
    ["job", result.jobId],
    ["number", result.inscriptionNumber],
    ["content", contentUrl(url, result.topicId)],
  ] as const;
  const lines = rows.flatMap(([label, value]) =>
    value === undefined ? [] : [`  ${label.padEnd(12)} ${escapeControls(String(value))}\n`]
  );
  return `Inscribed ${name}\n${lines.join("")}`;
}

/** A completed inscription, for programs. */
export function resultJson(result: JobResult, url: string): string {
  return `${jsonText({ ...result, content: contentUrl(url, result.topicId) })}\n`;
}

/** What became of a job that was to be cancelled. */
export function describeCancelled({ id, status, error, topic_id }: Inscription): string {
  if (status === "completed") {
    return `Job ${id} had completed already: topic ${escapeControls(String(topic_id))}\n`;
  }
  return `Job ${id} has ended: ${escapeControls(error ?? status)}\n`;
}
