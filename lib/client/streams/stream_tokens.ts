import type { Clock, Timer } from "../../protocol/clock.ts";
import { Backoff } from "../reconnector.ts";

/** A token for a stream that needs one, or what gets a new one from your back end whenever one is needed. */
export type TokenSource = string | (() => string | Promise<string>);

/** Between tokens that the server refuses, or that cannot be had. */
const bounds = { baseMs: 1000, maximumMs: 60_000 };

interface Entry {
  source: TokenSource;
  readonly backoff: Backoff;
  token: string | undefined;
  retry: Timer | undefined;
}

/** Tells of tokens. */
interface TokenEvents {
  /** There is a token that there was none of. */
  readonly changed: () => void;
  /** None could be had; it is tried again. */
  readonly failed: (stream: string, error: string) => void;
}

/** The tokens of those streams that need one. */
export class StreamTokens {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #events: TokenEvents;
  readonly #entries = new Map<string, Entry>();

  constructor(
    { clock, random }: { readonly clock: Clock; readonly random: () => number },
    events: TokenEvents,
  ) {
    this.#clock = clock;
    this.#random = random;
    this.#events = events;
  }

  /** From now on the stream's tokens come from there; one that is in force stays. */
  set(stream: string, source: TokenSource): void {
    const known = this.#entries.get(stream);
    if (known?.token !== undefined) {
      known.source = source;
      return;
    }
    this.forget(stream);
    const entry: Entry = {
      source,
      backoff: new Backoff(bounds, this.#random),
      token: undefined,
      retry: undefined,
    };
    this.#entries.set(stream, entry);
    void this.#ask(stream, entry);
  }

  forget(stream: string): void {
    this.#entries.get(stream)?.retry?.cancel();
    this.#entries.delete(stream);
  }

  /** Whether the stream can be asked for: it needs no token, or there is one. */
  isReady(stream: string): boolean {
    const entry = this.#entries.get(stream);
    return entry === undefined || entry.token !== undefined;
  }

  /** The tokens to show for these streams. */
  of(streams: readonly string[]): string[] {
    return streams.flatMap((stream) => this.#entries.get(stream)?.token ?? []);
  }

  /** The server has taken the stream's token. */
  accepted(stream: string): void {
    this.#entries.get(stream)?.backoff.reset();
  }

  /** The server has refused the stream's token, or it has ended: another is got. False: there is none to be had. */
  renew(stream: string): boolean {
    const entry = this.#entries.get(stream);
    if (entry === undefined) return false;
    const isPending = entry.token === undefined;
    entry.token = undefined;
    if (typeof entry.source === "string") return false;
    if (isPending) return true;
    // The first after one that was taken is got at once.
    if (entry.backoff.attempt > 0) this.#askLater(stream, entry);
    else {
      entry.backoff.next();
      void this.#ask(stream, entry);
    }
    return true;
  }

  async #ask(stream: string, entry: Entry): Promise<void> {
    const { source } = entry;
    try {
      const token = typeof source === "string" ? source : await source();
      if (this.#entries.get(stream) !== entry) return;
      entry.token = token;
      this.#events.changed();
    } catch (error) {
      if (this.#entries.get(stream) !== entry) return;
      this.#events.failed(stream, `Cannot get a token for ${stream}: ${error}`);
      this.#askLater(stream, entry);
    }
  }

  #askLater(stream: string, entry: Entry): void {
    entry.retry = this.#clock.after(entry.backoff.next(), () => void this.#ask(stream, entry));
  }
}
