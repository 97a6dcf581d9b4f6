import {
  type ChannelSettings,
  LogChannel,
  type LogChannelOptions,
  Priority,
  type Subscriber,
} from "../hub/mod.ts";
import {
  type Clock,
  type Durability,
  type ExactObject,
  formatTimestamp,
  type Position,
  type Receipt,
} from "../protocol/mod.ts";
import {
  confirmationsChannel,
  confirmationsPrefix,
  type Followers,
  type LogEntry,
  type PredictionRecord,
  type PredictionRepository,
} from "../engine/mod.ts";
import type { Notary } from "./notary.ts";
import type { Verdict } from "./prediction_draft.ts";

/** A miner that is connected here. */
interface Served {
  readonly channel: LogChannel;
  /** Its connections that have come and not gone. */
  connections: number;
  /** Resolves once its channel is followed. */
  readonly begun: Promise<void>;
}

/** Tells miners what became of their predictions: each has a channel of its own, which is followed while it is connected. */
export class Confirmations {
  readonly #followers: Followers;
  readonly #predictions: PredictionRepository;
  readonly #notary: Notary;
  readonly #clock: Clock;
  readonly #channels: LogChannelOptions;
  readonly #served = new Map<string, Served>();

  constructor(options: {
    followers: Followers;
    predictions: PredictionRepository;
    notary: Notary;
    clock: Clock;
    settings: ChannelSettings;
  }) {
    this.#followers = options.followers;
    this.#predictions = options.predictions;
    this.#notary = options.notary;
    this.#clock = options.clock;
    this.#channels = {
      priority: Priority.reply,
      clock: options.clock,
      settings: options.settings,
      followers: options.followers,
      frames: (entries, channel) => this.#sealAgain(channel.slice(confirmationsPrefix.length), entries),
    };
  }

  /** A connection of the miner's has come; it will {@link leave}. */
  enter(hotkey: string): void {
    const served = this.#served.get(hotkey) ?? this.#serve(hotkey);
    served.connections += 1;
  }

  /** The connection has gone. */
  leave(hotkey: string, subscriber: Subscriber): void {
    const served = this.#served.get(hotkey);
    if (served === undefined) return;
    served.channel.unsubscribe(subscriber);
    served.connections -= 1;
    if (served.connections > 0) return;
    this.#served.delete(hotkey);
    served.channel.close();
  }

  /** The channel of a miner that is connected here. */
  async channelOf(hotkey: string): Promise<LogChannel> {
    const served = this.#served.get(hotkey);
    if (served === undefined) throw new Error(`${hotkey} is not connected`);
    await served.begun;
    return served.channel;
  }

  /** Where the miner's channel stands. */
  async position(hotkey: string): Promise<Position> {
    const { log } = this.#followers;
    return { epoch: log.epoch, offset: (await log.head(confirmationsChannel(hotkey))).offset };
  }

  /** Signs the confirmation of a verdict, and publishes it where the miner is connected; answers its frame. */
  async publish(hotkey: string, { predictionId, verdict, offset }: Told): Promise<string> {
    const frame = this.#seal(hotkey, confirmationOf(predictionId, verdict), offset);
    const served = this.#served.get(hotkey);
    return served === undefined ? await frame : (await served.channel.publishInTurn(offset, frame)).frame;
  }

  /** What a miner was told after an offset, up to `limit` of it, signed again; "lost" when it is kept no more. */
  async past(hotkey: string, offset: number, limit: number): Promise<readonly string[] | "lost"> {
    const entries = await this.#followers.log.since(confirmationsChannel(hotkey), offset, limit);
    return entries === "lost" ? "lost" : await this.#sealAgain(hotkey, entries);
  }

  /** All that is kept of what a miner was told up to an offset, signed again. */
  async kept(hotkey: string, upTo: number): Promise<readonly string[]> {
    const entries = await this.#followers.log.kept(confirmationsChannel(hotkey));
    const frames = await this.#sealAgain(hotkey, entries.filter(({ offset }) => offset <= upTo));
    return frames === "lost" ? [] : frames;
  }

  /** Confirmations of what was accepted before, signed again, at the channel's newest offset. */
  async renew(hotkey: string, records: readonly PredictionRecord[]): Promise<string[]> {
    const { offset } = await this.position(hotkey);
    return await Promise.all(
      records.map(({ predictionId, receipt }) =>
        this.#seal(hotkey, { prediction_id: predictionId, ...acceptedBefore(receipt) }, offset)
      ),
    );
  }

  /** Resolves when all that was asked for so far is published. */
  async settled(): Promise<void> {
    await Promise.all([...this.#served.values()].map(({ channel }) => channel.settled()));
  }

  #serve(hotkey: string): Served {
    const channel = new LogChannel(confirmationsChannel(hotkey), this.#channels);
    const served = { channel, connections: 0, begun: channel.begin() };
    // Who waits for it is told.
    served.begun.catch(() => {});
    this.#served.set(hotkey, served);
    return served;
  }

  async #sealAgain(hotkey: string, entries: readonly LogEntry[]): Promise<readonly string[] | "lost"> {
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

  /** Names the miner, so that whoever is shown a receipt knows whose it is. */
  async #seal(hotkey: string, data: ExactObject, offset: number, at = this.#clock.now()): Promise<string> {
    return await this.#notary.seal("confirmation", {
      ...data,
      hotkey,
      timestamp: formatTimestamp(at),
      epoch: this.#followers.log.epoch,
      offset,
    });
  }
}

/** A verdict as a miner is told of it. */
interface Told {
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
  readonly durability?: Durability | undefined;
}

/** What the log keeps of a confirmation. */
export function toldOf(predictionId: string, verdict: Verdict): AcceptedEntry | ExactObject {
  if (!verdict.accepted) return confirmationOf(predictionId, verdict);
  const { receipt: { sequence }, duplicate, wagered, durability } = verdict;
  return { sequence, duplicate, wagered, durability };
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
  const { receipt, duplicate, wagered, durability } = verdict;
  const success = duplicate
    ? acceptedBefore(receipt)
    : { status: "success", message: "Prediction accepted", receipt: { ...receipt } };
  return {
    ...success,
    ...durability === undefined ? {} : { durability },
    miner_stats: { predictions: receipt.miner_sequence, wagered_today: wagered },
  };
}

function acceptedBefore(receipt: Receipt): ExactObject {
  return {
    status: "success",
    message: "Prediction was accepted before",
    receipt: { ...receipt },
    duplicate: true,
  };
}
