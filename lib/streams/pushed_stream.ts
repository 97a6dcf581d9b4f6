import type { Timer } from "../protocol/mod.ts";
import type { LoggedPast, Published } from "./past.ts";
import { Stream, type StreamOptions } from "./stream.ts";

/** Milliseconds until what could not be read is read again. */
const pause = 1000;

/** A stream that the operator's back end publishes to, at whichever server of the store. */
export class PushedStream extends Stream {
  override readonly period = null;
  override readonly age = 0;
  override readonly failure = undefined;
  readonly #past: LoggedPast;
  #isLoaded = false;
  #state: unknown;
  #users = 0;
  #again: Timer | undefined;
  readonly #onIdle: (() => void) | undefined;

  /** @param onIdle is called when nobody wants its values any more */
  constructor(name: string, options: StreamOptions & { readonly past: LoggedPast }, onIdle?: () => void) {
    super(name, options);
    this.#past = options.past;
    this.#onIdle = onIdle;
  }

  /** Begins to take over what was published, without waiting for it: whoever listens meanwhile is served then. */
  begin(): void {
    this.#past.follow(this);
    void this.look();
  }

  /** Publishes a value, and answers its offset once it is kept. */
  async publish(value: unknown): Promise<number> {
    const at = this.clock.now();
    const offset = await this.#past.add(value, at);
    await this.inTurn(async () => {
      const isNext = this.#isLoaded && offset === this.channel.offset + 1;
      if (isNext) this.deliver([{ offset, at, value }]);
      else if (offset > this.channel.offset) await this.follow();
    });
    return offset;
  }

  /** Whether nobody wants its values. */
  get isIdle(): boolean {
    return this.#users === 0;
  }

  override settled(): Promise<void> {
    return this.inTurn(() => Promise.resolve());
  }

  override stop(): void {
    super.stop();
    this.#again?.cancel();
    this.#past.leave();
    // What it keeps in memory is counted, and is in the log as well.
    this.channel.resume(this.channel.offset);
  }

  protected override acquire(): void {
    this.#users += 1;
  }

  protected override release(): void {
    this.#users -= 1;
    if (this.isIdle) this.#onIdle?.();
  }

  protected override isFresh(): boolean {
    return this.#isLoaded;
  }

  override get isReady(): boolean {
    return this.#isLoaded;
  }

  protected override stateAfter(news: readonly Published[]): unknown {
    return this.#state = news.at(-1)?.value ?? this.#state;
  }

  protected override tookOver(): void {
    this.#isLoaded = true;
  }

  protected override missed(): void {
    this.#again?.cancel();
    this.#again = this.clock.after(pause, () => void this.look());
  }
}
