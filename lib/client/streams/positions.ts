/** A place in a stream: what was published last, and in which numbering. */
export interface StreamPosition {
  readonly epoch: string;
  readonly offset: number;
}

/** What a server says when it begins to send a stream. */
export interface Beginning extends StreamPosition {
  /** Whether exactly what follows the position comes; null when none was named. */
  readonly recovered: boolean | null;
}

/** What a value is: the next, one that was had before, or beyond some that are missing. */
type StreamStep = "next" | "seen" | "gap";

/** Where a client is in each stream. */
export class StreamPositions {
  readonly #known = new Map<string, StreamPosition>();
  /** Streams whose next value may be any after the known one. */
  readonly #loose = new Set<string>();
  /** Where a gap was reported. */
  readonly #reported = new Map<string, number>();

  get(stream: string): StreamPosition | undefined {
    return this.#known.get(stream);
  }

  /** The one of these streams' positions that was reached last. */
  latestOf(streams: readonly string[]): StreamPosition | undefined {
    const reached = [...this.#known].filter(([stream]) => streams.includes(stream));
    return reached.at(-1)?.[1];
  }

  forget(stream: string): void {
    this.#known.delete(stream);
    this.#loose.delete(stream);
    this.#reported.delete(stream);
  }

  /** Takes note of what the server is going to send. */
  begin(stream: string, { epoch, offset, recovered }: Beginning): void {
    const known = this.#known.get(stream);
    const same = known?.epoch === epoch;
    if (same && recovered === true) return void this.#loose.delete(stream);
    // The newest value may be one that is known, unless the numbers went back.
    const goesOn = same && offset >= known.offset;
    if (!goesOn) this.forget(stream);
    if (!goesOn && offset === 0) this.#known.set(stream, { epoch, offset });
    this.#loose.add(stream);
  }

  /** Says that nothing is missing up to here; never back within an epoch. */
  reach(stream: string, position: StreamPosition): void {
    const known = this.#known.get(stream);
    if (known?.epoch === position.epoch && known.offset > position.offset) return;
    // The latest comes last.
    this.#known.delete(stream);
    this.#known.set(stream, position);
    this.#loose.delete(stream);
    this.#reported.delete(stream);
  }

  /** Says what the value at `position` is, and moves there when it is the next. The same gap is reported once. */
  take(stream: string, position: StreamPosition): StreamStep {
    const step = this.#stepTo(stream, position);
    if (step === "next") this.reach(stream, position);
    return step;
  }

  #stepTo(stream: string, { epoch, offset }: StreamPosition): StreamStep {
    const known = this.#known.get(stream);
    if (known === undefined || known.epoch !== epoch) return "next";
    if (offset <= known.offset) return "seen";
    if (offset === known.offset + 1 || this.#loose.has(stream)) return "next";
    // Asked once for what is missing, the server has shown that it has it no more.
    if (this.#reported.get(stream) === known.offset) return "next";
    this.#reported.set(stream, known.offset);
    return "gap";
  }
}
