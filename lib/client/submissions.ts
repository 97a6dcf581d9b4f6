import {
  type ExactObject,
  maxIdLength,
  type Receipt,
  renderSigned,
  sha256Hex,
  type TeamGamePrediction,
} from "../protocol/mod.ts";
import { type Context, problem } from "./context.ts";
import type { Outbox, OutboxEntry } from "./outbox.ts";

/** A prediction to submit: plain, or parsed with `parseExact` so that its numbers keep their text. */
export type Prediction = ExactObject | TeamGamePrediction;

/** A prediction from its submission until the outbox has forgotten it. */
interface Submission {
  readonly entry: OutboxEntry;
  /** When it was submitted, by the clock's `elapsed`; undefined: by an earlier process. */
  readonly at: number | undefined;
  /** Resolves once the outbox keeps it. */
  readonly kept: Promise<void>;
  /** Resolves once the outbox has forgotten it; undefined while it is undecided. */
  forgotten: Promise<void> | undefined;
}

/** A signed decision of the validator. */
interface Decision {
  readonly data: Readonly<Record<string, unknown>>;
  readonly signed: string;
}

/** All predictions of one miner that one validator has not decided on. Each ends confirmed or refused, once. */
export class Submissions {
  readonly #context: Context;
  readonly #outbox: Outbox;
  readonly #ready: (entry: OutboxEntry) => void;
  readonly #settled: (id: string) => void;
  readonly #submissions = new Map<string, Submission>();
  readonly #idle = new Set<() => void>();
  #lastOrder = 0;

  /** `ready` is handed what may be sent, `settled` the ids of what is decided. */
  constructor(
    context: Context,
    outbox: Outbox,
    events: { ready: (entry: OutboxEntry) => void; settled: (id: string) => void },
  ) {
    this.#context = context;
    this.#outbox = outbox;
    this.#ready = events.ready;
    this.#settled = events.settled;
  }

  /** Predictions that are not decided. */
  get waiting(): number {
    return this.#submissions.size;
  }

  /** Takes up what earlier processes left. */
  async load(): Promise<void> {
    for (const entry of await this.#outbox.entries()) {
      this.#lastOrder = Math.max(this.#lastOrder, entry.order);
      const kept = Promise.resolve();
      this.#submissions.set(entry.id, { entry, at: undefined, kept, forgotten: undefined });
      this.#ready(entry);
    }
  }

  /** Resolves once the prediction is kept. */
  async submit(prediction: Prediction): Promise<void> {
    const id = idOf(prediction);
    const text = renderSigned(prediction as ExactObject);
    const same = this.#submissions.get(id);
    if (same?.forgotten !== undefined) await same.forgotten;
    else if (same !== undefined) return await repeated(same, text);
    return await this.#keep({ id, text, order: ++this.#lastOrder });
  }

  /** Takes a validator's decision. One on a prediction that is not waiting was seen before, and is ignored. */
  decide({ data, signed }: Decision): void {
    const id = String(data["prediction_id"]);
    const submission = this.#submissions.get(id);
    if (submission === undefined || submission.forgotten !== undefined) return;
    if (data["status"] === "success") this.#confirm(submission, { data, signed });
    else this.#refuse(submission, String(data["message"] ?? "refused"), signed);
  }

  /** Gives up on a prediction that no message can carry. */
  refuse(id: string, message: string): void {
    const submission = this.#submissions.get(id);
    if (submission !== undefined && submission.forgotten === undefined) this.#refuse(submission, message);
  }

  /** Resolves as soon as every prediction is decided. */
  async idle(): Promise<void> {
    if (this.#submissions.size > 0) await new Promise<void>((resolve) => this.#idle.add(resolve));
  }

  /** Resolves once the outbox has done all that was asked of it. */
  async flushed(): Promise<void> {
    await Promise.allSettled([...this.#submissions.values()].map(({ kept, forgotten }) => forgotten ?? kept));
  }

  #keep(entry: OutboxEntry): Promise<void> {
    const kept = this.#outbox.add(entry).then(() => this.#ready(entry), (error) => {
      this.#remove(entry.id);
      throw error;
    });
    this.#submissions.set(entry.id, { entry, at: this.#context.clock.elapsed(), kept, forgotten: undefined });
    return kept;
  }

  #confirm(submission: Submission, { data, signed }: Decision): void {
    const { entry: { id, text }, at } = submission;
    const receipt = receiptOf(data);
    if (receipt !== undefined && receipt.hash !== sha256Hex(text)) {
      problem(this.#context, "receipt_mismatch", `The receipt of prediction ${id} is for other content`);
    }
    this.#forget(submission);
    this.#context.emit({
      type: "confirmation",
      predictionId: id,
      duplicate: data["duplicate"] === true,
      receipt,
      data,
      signed,
      latencyMs: at === undefined ? undefined : Math.round(this.#context.clock.elapsed() - at),
    });
  }

  #refuse(submission: Submission, message: string, signed?: string): void {
    this.#forget(submission);
    this.#context.emit({ type: "refused", predictionId: submission.entry.id, message, signed });
  }

  #forget(submission: Submission): void {
    const { id } = submission.entry;
    submission.forgotten = this.#outbox.remove(submission.entry).catch((error) => {
      problem(this.#context, "outbox_failed", `Cannot remove prediction ${id} from the outbox: ${error}`);
    }).then(() => this.#remove(id));
    this.#settled(id);
  }

  #remove(id: string): void {
    this.#submissions.delete(id);
    if (this.#submissions.size > 0) return;
    for (const resolve of this.#idle) resolve();
    this.#idle.clear();
  }
}

function idOf(prediction: Prediction): string {
  const id = prediction["prediction_id"];
  if (typeof id === "string" && id.length > 0 && id.length <= maxIdLength) return id;
  throw new TypeError(
    `Cannot submit prediction: prediction_id must be a text of 1 to ${maxIdLength} characters`,
  );
}

async function repeated({ entry, kept }: Submission, text: string): Promise<void> {
  if (entry.text === text) return await kept;
  throw new TypeError(`Cannot submit prediction ${entry.id}: one with that id and other content is waiting`);
}

function receiptOf({ receipt }: Readonly<Record<string, unknown>>): Receipt | undefined {
  return typeof receipt === "object" && receipt !== null ? receipt as Receipt : undefined;
}
