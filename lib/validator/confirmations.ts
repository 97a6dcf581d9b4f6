import { Channel, type ChannelSettings, Priority, Publisher, type Subscriber } from "../hub/mod.ts";
import { type Clock, type ExactObject, formatTimestamp, type Receipt } from "../protocol/mod.ts";
import {
  confirmationsChannel,
  type Log,
  type PredictionRecord,
  type PredictionRepository,
} from "../engine/mod.ts";
import type { Notary } from "./notary.ts";
import type { Verdict } from "./prediction_draft.ts";

/** Tells miners what became of their predictions: each has a channel of its own. */
export class Confirmations {
  readonly #log: Log;
  readonly #predictions: PredictionRepository;
  readonly #notary: Notary;
  readonly #clock: Clock;
  readonly #settings: ChannelSettings;
  readonly #channels = new Map<string, Channel>();
  /** Those that are being found out where they stand. */
  readonly #opening = new Map<string, Promise<Channel>>();
  /** Of those miners who were told something. */
  readonly #publishers = new Map<string, Publisher>();

  constructor(options: {
    log: Log;
    predictions: PredictionRepository;
    notary: Notary;
    clock: Clock;
    settings: ChannelSettings;
  }) {
    this.#log = options.log;
    this.#predictions = options.predictions;
    this.#notary = options.notary;
    this.#clock = options.clock;
    this.#settings = options.settings;
  }

  /** The miner's channel. */
  async channelOf(hotkey: string): Promise<Channel> {
    const existing = this.#channels.get(hotkey);
    if (existing !== undefined) return existing;
    const opening = this.#opening.get(hotkey) ??
      this.#open(hotkey).finally(() => this.#opening.delete(hotkey));
    this.#opening.set(hotkey, opening);
    return await opening;
  }

  /** The subscriber gets nothing more. */
  unsubscribe(hotkey: string, subscriber: Subscriber): void {
    this.#channels.get(hotkey)?.unsubscribe(subscriber);
  }

  /** Signs the confirmation of a verdict and publishes it; answers its frame. */
  async publish(hotkey: string, { predictionId, verdict, offset }: Told): Promise<string> {
    const channel = await this.channelOf(hotkey);
    const make = () => this.#seal(hotkey, confirmationOf(predictionId, verdict), offset);
    const published = await this.#publisherOf(hotkey, channel).publish(make, undefined, offset);
    return published.frame;
  }

  /** What a miner was told after an offset up to another one, signed again; "lost" when it is kept no more. */
  async past(hotkey: string, offset: number, upTo: number): Promise<string[] | "lost"> {
    const entries = await this.#log.since(confirmationsChannel(hotkey), offset, upTo - offset);
    if (entries === "lost") return "lost";
    const sequences = entries.map(({ data }) => data).filter(isAccepted).map(({ sequence }) => sequence);
    const records = await this.#predictions.numbered(sequences);
    const bySequence = new Map(records.map((record) => [record.receipt.sequence, record]));
    // Those that are missing were pruned.
    if (sequences.some((sequence) => !bySequence.has(sequence))) return "lost";
    return await Promise.all(entries.map(({ offset, at, data }) => {
      const record = isAccepted(data) ? bySequence.get(data.sequence) : undefined;
      const confirmation = isAccepted(data) && record !== undefined
        ? confirmationOf(record.predictionId, { accepted: true, receipt: record.receipt, ...data })
        : data as ExactObject;
      return this.#seal(hotkey, confirmation, offset, at);
    }));
  }

  /** Confirmations of what was accepted before, signed again, at the channel's newest offset. */
  async renew(records: readonly PredictionRecord[]): Promise<string[]> {
    return await Promise.all(
      records.map(async ({ hotkey, predictionId, receipt }) => {
        const { offset } = await this.channelOf(hotkey);
        return await this.#seal(hotkey, { prediction_id: predictionId, ...acceptedBefore(receipt) }, offset);
      }),
    );
  }

  /** Resolves when all that was asked for so far is published. */
  async settled(): Promise<void> {
    await Promise.all([...this.#publishers.values()].map((publisher) => publisher.settled()));
  }

  /** Names the miner, so that whoever is shown a receipt knows whose it is. */
  async #seal(hotkey: string, data: ExactObject, offset: number, at = this.#clock.now()): Promise<string> {
    return await this.#notary.seal("confirmation", {
      ...data,
      hotkey,
      timestamp: formatTimestamp(at),
      epoch: this.#log.epoch,
      offset,
    });
  }

  async #open(hotkey: string): Promise<Channel> {
    const { epoch } = this.#log;
    const { offset } = await this.#log.head(confirmationsChannel(hotkey));
    const [clock, settings] = [this.#clock, this.#settings];
    const channel = new Channel({ epoch, priority: Priority.reply, clock, settings });
    channel.resume(offset);
    this.#channels.set(hotkey, channel);
    return channel;
  }

  #publisherOf(hotkey: string, channel: Channel): Publisher {
    const existing = this.#publishers.get(hotkey);
    if (existing !== undefined) return existing;
    const publisher = new Publisher(channel);
    this.#publishers.set(hotkey, publisher);
    return publisher;
  }
}

/** A verdict as a miner is told of it. */
export interface Told {
  readonly predictionId: string;
  readonly verdict: Verdict;
  /** Its place in the miner's channel. */
  readonly offset: number;
}

/** What the log keeps of a confirmation of something accepted: the receipt stands with the prediction. */
interface AcceptedEntry {
  readonly sequence: number;
  readonly duplicate: boolean;
  readonly wagered: number;
}

/** What the log keeps of a confirmation. */
export function toldOf(predictionId: string, verdict: Verdict): AcceptedEntry | ExactObject {
  if (!verdict.accepted) return confirmationOf(predictionId, verdict);
  const { receipt: { sequence }, duplicate, wagered } = verdict;
  return { sequence, duplicate, wagered };
}

/** False for what is kept word for word: refusals, and what was kept once. */
function isAccepted(data: unknown): data is AcceptedEntry {
  return typeof data === "object" && data !== null && "sequence" in data;
}

/** What a confirmation says. */
function confirmationOf(predictionId: string, verdict: Verdict): ExactObject {
  return { prediction_id: predictionId, ...describe(verdict) };
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
