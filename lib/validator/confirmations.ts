import { Channel, type ChannelSettings, Priority, Publisher } from "../hub/mod.ts";
import {
  type Clock,
  type ExactObject,
  formatTimestamp,
  type Receipt,
  type TeamGamePrediction,
} from "../protocol/mod.ts";
import type { PredictionRecord } from "../engine/mod.ts";
import type { Notary } from "./notary.ts";
import type { Verdict } from "./prediction_draft.ts";

/** Tells miners what became of their predictions: each has a channel of its own. */
export class Confirmations {
  readonly #epoch: string;
  readonly #notary: Notary;
  readonly #clock: Clock;
  readonly #settings: ChannelSettings;
  readonly #channels = new Map<string, Channel>();
  /** Of those miners who were told something. */
  readonly #publishers = new Map<string, Publisher>();

  constructor(options: { epoch: string; notary: Notary; clock: Clock; settings: ChannelSettings }) {
    this.#epoch = options.epoch;
    this.#notary = options.notary;
    this.#clock = options.clock;
    this.#settings = options.settings;
  }

  /** The miner's channel. */
  channelOf(hotkey: string): Channel {
    const existing = this.#channels.get(hotkey);
    if (existing !== undefined) return existing;
    const channel = new Channel({
      epoch: this.#epoch,
      priority: Priority.reply,
      clock: this.#clock,
      settings: this.#settings,
    });
    this.#channels.set(hotkey, channel);
    return channel;
  }

  /** Signs the confirmation of a verdict and publishes it; answers its frame. */
  async publish(hotkey: string, { prediction_id }: TeamGamePrediction, verdict: Verdict): Promise<string> {
    const published = await this.#publisherOf(hotkey).publish((offset) =>
      this.#seal(hotkey, prediction_id, describe(verdict), offset)
    );
    return published.frame;
  }

  /** Confirmations of what was accepted before, signed again, at the channel's newest offset. */
  async renew(records: readonly PredictionRecord[]): Promise<string[]> {
    return await Promise.all(
      records.map(({ hotkey, predictionId, receipt }) =>
        this.#seal(hotkey, predictionId, acceptedBefore(receipt), this.channelOf(hotkey).offset)
      ),
    );
  }

  /** Resolves when all that was asked for so far is published. */
  async settled(): Promise<void> {
    await Promise.all([...this.#publishers.values()].map((publisher) => publisher.settled()));
  }

  /** Names the miner, so that whoever is shown a receipt knows whose it is. */
  async #seal(hotkey: string, predictionId: string, data: ExactObject, offset: number): Promise<string> {
    return await this.#notary.seal("confirmation", {
      ...data,
      hotkey,
      prediction_id: predictionId,
      timestamp: formatTimestamp(this.#clock.now()),
      epoch: this.#epoch,
      offset,
    });
  }

  #publisherOf(hotkey: string): Publisher {
    const existing = this.#publishers.get(hotkey);
    if (existing !== undefined) return existing;
    const publisher = new Publisher(this.channelOf(hotkey));
    this.#publishers.set(hotkey, publisher);
    return publisher;
  }
}

function describe(verdict: Verdict): ExactObject {
  if (!verdict.accepted) return { status: "error", message: verdict.message };
  const { receipt, duplicate, wagered } = verdict;
  const success = duplicate
    ? acceptedBefore(receipt)
    : { status: "success", message: "Prediction accepted", receipt: { ...receipt } };
  return { ...success, miner_stats: { predictions: receipt.miner_sequence, wagered_today: wagered } };
}

function acceptedBefore(receipt: Receipt): ExactObject {
  return {
    status: "success",
    message: "Prediction was accepted before",
    receipt: { ...receipt },
    duplicate: true,
  };
}
