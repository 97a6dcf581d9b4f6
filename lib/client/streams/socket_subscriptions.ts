import type { Timer } from "../../protocol/clock.ts";
import type { StreamMessage } from "../../protocol/streams.ts";
import { type CarrierParts, handshakeMs } from "./carrier.ts";
import type { Beginning, StreamPosition } from "./positions.ts";

interface Subscription {
  readonly askedAt: number;
  /** The numbering of what comes; undefined before the answer, when what comes belongs to an earlier request. */
  readonly epoch: string | undefined;
}

interface SubscriptionEvents {
  readonly send: (message: object) => void;
  /** The server has left a request unanswered. */
  readonly unanswered: (stream: string) => void;
}

/** The streams that one WebSocket was asked for. */
export class SocketSubscriptions {
  readonly #parts: CarrierParts;
  readonly #events: SubscriptionEvents;
  readonly #subscriptions = new Map<string, Subscription>();
  #check: Timer | undefined;

  constructor(parts: CarrierParts, events: SubscriptionEvents) {
    this.#parts = parts;
    this.#events = events;
  }

  get size(): number {
    return this.#subscriptions.size;
  }

  /** Asks for what is wanted now, and no more for what is not. */
  update(): void {
    const wanted = this.#parts.topics.names;
    const gone = [...this.#subscriptions.keys()].filter((name) => !wanted.includes(name));
    const added = wanted.filter((name) => !this.#subscriptions.has(name));
    for (const name of gone) this.#subscriptions.delete(name);
    if (gone.length > 0) this.#events.send({ type: "unsubscribe", streams: gone });
    if (added.length > 0) this.#subscribe(added);
  }

  /** The server begins to send a stream. */
  begin(stream: string, beginning: Beginning): void {
    const subscription = this.#subscriptions.get(stream);
    if (subscription === undefined || subscription.epoch !== undefined) return;
    this.#subscriptions.set(stream, { ...subscription, epoch: beginning.epoch });
    this.#parts.inbox.begin(stream, beginning);
  }

  /** Takes a message, or has it come again together with those that are missing before it. */
  take(message: StreamMessage): void {
    const { type } = message;
    const epoch = this.#subscriptions.get(type)?.epoch;
    if (epoch === undefined || this.#parts.inbox.data(message, epoch)) return;
    this.#events.send({ type: "unsubscribe", streams: [type] });
    this.#subscribe([type]);
  }

  /** The server does not send that stream. */
  drop(stream: string): void {
    this.#subscriptions.delete(stream);
  }

  stop(): void {
    this.#check?.cancel();
  }

  #subscribe(streams: readonly string[]): void {
    const askedAt = this.#parts.settings.clock.elapsed();
    const recover: Record<string, StreamPosition> = {};
    for (const stream of streams) {
      this.#subscriptions.set(stream, { askedAt, epoch: undefined });
      const position = this.#parts.positions.get(stream);
      if (position !== undefined) recover[stream] = position;
    }
    const known = Object.keys(recover).length > 0;
    const tokens = this.#parts.topics.tokensFor(streams);
    const shown = tokens.length === 0 ? {} : { tokens };
    this.#events.send({ type: "subscribe", streams, ...(known ? { recover } : {}), ...shown });
    this.#awaitAnswers();
  }

  #awaitAnswers(): void {
    const { clock } = this.#parts.settings;
    this.#check ??= clock.after(handshakeMs, () => {
      this.#check = undefined;
      const waiting = [...this.#subscriptions].filter(([, { epoch }]) => epoch === undefined);
      const late = waiting.find(([, { askedAt }]) => askedAt + handshakeMs <= clock.elapsed());
      if (late !== undefined) this.#events.unanswered(late[0]);
      else if (waiting.length > 0) this.#awaitAnswers();
    });
  }
}
