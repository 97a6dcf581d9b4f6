import type { Timer } from "../../protocol/clock.ts";
import { Backoff, Reconnector } from "../reconnector.ts";
import type { Carrier, CarrierEnd, CarrierEvents, CarrierParts } from "./carrier.ts";
import { EventSubscriptions } from "./event_subscriptions.ts";
import { HttpCarrier } from "./http_carrier.ts";
import { Ladder, type Step } from "./ladder.ts";
import { PollSubscriptions } from "./poll_subscriptions.ts";
import type { SnapshotStore, StreamTransport } from "./snapshot.ts";
import { SocketCarrier } from "./socket_carrier.ts";

/** Between attempts at a WebSocket while something else serves. */
const probeBounds = { baseMs: 30_000, maximumMs: 300_000 };

/** Keeps one connection for all streams: by the best transport that works, and again whenever it ends. */
export class StreamConnection {
  readonly #parts: CarrierParts;
  readonly #snapshots: SnapshotStore;
  readonly #ladder: Ladder;
  readonly #reconnector: Reconnector;
  readonly #probes: Backoff;
  #running = false;
  #connections = 0;
  #carrier: Carrier | undefined;
  /** Tries a WebSocket while something else serves. */
  #probe: Carrier | undefined;
  #nextProbe: Timer | undefined;

  constructor(parts: CarrierParts, snapshots: SnapshotStore) {
    const { settings } = parts;
    this.#parts = parts;
    this.#snapshots = snapshots;
    this.#ladder = new Ladder(settings.WebSocket === undefined ? "sse" : "websocket", settings.fallback);
    this.#reconnector = new Reconnector(settings, () => this.#attempt());
    this.#probes = new Backoff(probeBounds, settings.random);
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    const state = this.#connections > 0 ? "reconnecting" : "connecting";
    this.#snapshots.update({ state, error: undefined, code: undefined });
    this.#attempt();
  }

  /** Asks for the streams that are wanted now. */
  update(): void {
    this.#carrier?.update();
    this.#probe?.update();
  }

  /** Makes the attempt that is waited for now. */
  hurry(): void {
    this.#reconnector.hurry();
  }

  stop(): void {
    this.#running = false;
    this.#cancelTimers();
    const carriers = [this.#carrier, this.#probe];
    this.#carrier = this.#probe = undefined;
    for (const carrier of carriers) carrier?.stop();
  }

  #attempt(): void {
    this.#reconnector.cancel();
    this.#snapshots.update({ retryAt: undefined });
    const { current } = this.#ladder;
    // A WebSocket that is tried already is the attempt.
    const probe = current === "websocket" ? this.#probe : undefined;
    const carrier = this.#carrier = probe ?? this.#create(current);
    if (probe === undefined) carrier.start();
    else this.#probe = undefined;
  }

  #create(transport: StreamTransport): Carrier {
    const events: CarrierEvents = {
      live: () => this.#live(carrier),
      ended: (end) => this.#ended(carrier, end),
    };
    const carrier = this.#build(transport, events);
    return carrier;
  }

  #build(transport: StreamTransport, events: CarrierEvents): Carrier {
    const { WebSocket, protocols } = this.#parts.settings;
    if (transport === "poll") {
      return new HttpCarrier("poll", this.#parts, events, (host) => new PollSubscriptions(host));
    }
    if (transport === "sse" || WebSocket === undefined) {
      return new HttpCarrier("sse", this.#parts, events, (host) => new EventSubscriptions(host));
    }
    // Browsers refuse a server that chooses no subprotocol, so that every other attempt does without.
    const offered = this.#ladder.failures("websocket") % 2 === 0 ? protocols : [];
    return new SocketCarrier(this.#parts, events, { class: WebSocket, protocols: offered });
  }

  #live(carrier: Carrier): void {
    if (carrier === this.#probe) this.#replaceBy(carrier);
    const { transport } = carrier;
    this.#ladder.succeeded(transport);
    this.#reconnector.connected();
    this.#connections += 1;
    const reconnects = this.#connections - 1;
    this.#snapshots.update({
      state: "connected",
      transport,
      error: undefined,
      code: undefined,
      retryAt: undefined,
      reconnects,
    });
    if (transport === "websocket") this.#probes.reset();
    else this.#scheduleProbe();
  }

  #replaceBy(probe: Carrier): void {
    const replaced = this.#carrier;
    this.#cancelTimers();
    this.#carrier = probe;
    this.#probe = undefined;
    replaced?.stop();
  }

  #ended(carrier: Carrier, end: CarrierEnd): void {
    if (carrier === this.#probe) {
      this.#probe = undefined;
      return this.#scheduleProbe();
    }
    if (carrier !== this.#carrier) return;
    this.#carrier = undefined;
    this.#reconnector.lost();
    if (this.#parts.settings.reconnect) this.#retry(this.#ladder.next(end), end);
    else this.#giveUp(end);
  }

  #giveUp({ message: error, code }: CarrierEnd): void {
    this.stop();
    this.#snapshots.update({ state: "closed", transport: undefined, retryAt: undefined, error, code });
  }

  #retry({ delay, transport }: Step, { message: error, code }: CarrierEnd): void {
    if (transport === "websocket") this.#cancelProbe();
    const lost = { state: "reconnecting", transport: undefined, error, code } as const;
    if (delay === "none") {
      this.#snapshots.update({ ...lost, retryAt: undefined });
      return this.#attempt();
    }
    const { clock } = this.#parts.settings;
    const delayMs = this.#reconnector.retry(delay);
    this.#snapshots.update({ ...lost, retryAt: clock.now() + delayMs });
  }

  #scheduleProbe(): void {
    const { WebSocket, clock, reconnect } = this.#parts.settings;
    if (WebSocket === undefined || !reconnect || this.#probe !== undefined) return;
    this.#nextProbe ??= clock.after(this.#probes.next(), () => {
      this.#nextProbe = undefined;
      this.#probe = this.#create("websocket");
      this.#probe.start();
    });
  }

  #cancelProbe(): void {
    this.#nextProbe?.cancel();
    this.#nextProbe = undefined;
  }

  #cancelTimers(): void {
    this.#cancelProbe();
    this.#reconnector.stop();
  }
}
