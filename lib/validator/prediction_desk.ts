import {
  type Clock,
  type Envelope,
  readPredictions,
  type ReceivedPrediction,
  Refusal,
  type TeamGamePrediction,
} from "../protocol/mod.ts";
import { type Activity, logger, Throttle } from "../telemetry/mod.ts";
import type { Confirmations } from "./confirmations.ts";
import type { Gatekeeper } from "./gatekeeper.ts";
import type { Registration } from "./metagraph.ts";
import type { PredictionBook } from "./prediction_book.ts";
import type { Verdict } from "./prediction_draft.ts";
import type { Origin } from "./suspects.ts";

const log = logger("miners");

/** A prediction's verdict and its signed confirmation. */
export interface Confirmed {
  readonly predictionId: string;
  readonly verdict: Verdict;
  /** The signed `confirmation`, as it was published on the miner's channel. */
  readonly frame: string;
}

/** A `prediction` message from a miner that has proved who it is. */
export interface Admitted {
  readonly envelope: Envelope;
  readonly predictions: readonly ReceivedPrediction[];
  readonly registration: Registration;
  /** A moment of the clock's `elapsed`. */
  readonly receivedAt: number;
}

/** A prediction with its verdict, for whoever watches. */
export interface JudgedPrediction {
  readonly hotkey: string;
  readonly uid: number;
  readonly way: Way;
  readonly fields: TeamGamePrediction;
  readonly verdict: Verdict;
}

/** How a prediction came. */
export type Way = keyof Activity["predictions"];

/** Serves `prediction` messages, from whichever transport they come. */
export class PredictionDesk {
  readonly #gatekeeper: Gatekeeper;
  readonly #book: PredictionBook;
  readonly #confirmations: Confirmations;
  readonly #clock: Clock;
  readonly #activity: Activity;
  readonly #warnings: Throttle;
  readonly #onJudged = new Set<(judged: JudgedPrediction) => void>();
  readonly #underWay = new Set<Promise<unknown>>();
  #admitting = true;
  #submitting = true;

  constructor(options: {
    gatekeeper: Gatekeeper;
    book: PredictionBook;
    confirmations: Confirmations;
    clock: Clock;
    activity: Activity;
  }) {
    this.#gatekeeper = options.gatekeeper;
    this.#book = options.book;
    this.#confirmations = options.confirmations;
    this.#clock = options.clock;
    this.#activity = options.activity;
    this.#warnings = new Throttle({ clock: options.clock });
  }

  /**
   * Checks a message and its sender.
   *
   * @param from as for the gatekeeper
   * @throws {Refusal} when the message is refused as a whole; its nonce is then not used up
   */
  async admit(envelope: Envelope, from: Origin): Promise<Admitted> {
    if (!this.#admitting) throw closing(envelope);
    const receivedAt = this.#clock.elapsed();
    const predictions = this.#read(envelope);
    const registration = await this.#gatekeeper.admit(envelope, from);
    return { envelope, predictions, registration, receivedAt };
  }

  /**
   * Checks a message whose sender was taken at its word.
   *
   * @throws {Refusal} when it is refused as a whole
   */
  admitUnsigned(envelope: Envelope): Admitted {
    if (!this.#admitting) throw closing(envelope);
    const receivedAt = this.#clock.elapsed();
    const predictions = this.#read(envelope);
    return { envelope, predictions, registration: this.#gatekeeper.registered(envelope), receivedAt };
  }

  /**
   * Submits a message's predictions. Each promise is fulfilled once its verdict is on disk and published.
   *
   * @throws {Refusal} `server_closing` when it is too late for it
   */
  submit(admitted: Admitted, way: Way): Promise<Confirmed>[] {
    const { envelope, predictions } = admitted;
    if (!this.#submitting) {
      this.#gatekeeper.forgive(envelope);
      throw closing(envelope);
    }
    this.#activity.predictions[way] += predictions.length;
    return predictions.map((prediction) => this.#track(this.#confirm(admitted, prediction, way)));
  }

  /** Calls `run` with every prediction that was judged and confirmed. It must not throw. */
  onJudged(run: (judged: JudgedPrediction) => void): void {
    this.#onJudged.add(run);
  }

  /** How many predictions are being confirmed. */
  get underWay(): number {
    return this.#underWay.size;
  }

  /** Admits no more messages; those that are admitted can still be submitted. */
  close(): void {
    this.#admitting = false;
  }

  /** Resolves when everything submitted is confirmed; from then on nothing can be submitted. */
  async finish(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
    this.#submitting = false;
  }

  #read(envelope: Envelope): ReceivedPrediction[] {
    try {
      return readPredictions(envelope);
    } catch (error) {
      const { signer } = envelope;
      this.#warnings.warn(log, "malformed", "Malformed prediction of {signer} refused: {reason}", {
        signer,
        reason: (error as Error).message,
      });
      throw error;
    }
  }

  async #confirm(
    { envelope, registration: { hotkey, uid }, receivedAt }: Admitted,
    prediction: ReceivedPrediction,
    way: Way,
  ): Promise<Confirmed> {
    try {
      const { verdict, offset } = await this.#book.submit({ hotkey, uid, prediction });
      const predictionId = prediction.fields.prediction_id;
      const frame = await this.#confirmations.publish(hotkey, { predictionId, verdict, offset });
      const now = this.#clock.elapsed();
      this.#activity.confirmations.add(now, now - receivedAt);
      this.#activity.confirmationLatency.add((now - receivedAt) / 1000);
      if (!verdict.accepted) this.#activity.refusePrediction(way, verdict.reason, now);
      else this.#activity.acceptPrediction(way, verdict.duplicate ? "duplicate" : "accepted", now);
      for (const run of this.#onJudged) run({ hotkey, uid, way, fields: prediction.fields, verdict });
      return { predictionId, verdict, frame };
    } catch (error) {
      this.#gatekeeper.forgive(envelope);
      this.#activity.results[way].failed += 1;
      if (!(error instanceof Refusal)) throw error;
      const { code, status, retryAfterMs } = error;
      throw new Refusal(code, {
        detail: error.detail,
        inReplyTo: envelope.nonce,
        retryAfterMs,
        status,
        cause: error,
      });
    }
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    work.then(() => {}, () => {}).finally(() => this.#underWay.delete(work));
    return work;
  }
}

function closing({ nonce }: Envelope): Refusal {
  return new Refusal("server_closing", { inReplyTo: nonce, retryAfterMs: 5000 });
}
