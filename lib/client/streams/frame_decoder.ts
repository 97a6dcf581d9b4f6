import { parseJson } from "../json.ts";
import { inflate } from "./inflate.ts";

/** Bytes, inflated. */
const maxInflated = 1024 * 1024;
/** Characters; all that a client missed may come in one array. */
const maxText = 16 * 1024 * 1024;
const maxWaiting = 1000;

/** Reads frames of any format into messages, in the order in which they came. */
export class FrameDecoder {
  readonly #take: (message: unknown) => void;
  readonly #overrun: () => void;
  #waiting: unknown[] = [];
  #inflating = false;
  #stopped = false;

  /** `overrun` is called when frames come faster than they can be read. */
  constructor(take: (message: unknown) => void, overrun: () => void) {
    this.#take = take;
    this.#overrun = overrun;
  }

  /** Takes a frame: JSON of a message or of an array of messages, as text or as raw deflate. Drops what is none. */
  push(frame: unknown): void {
    if (!this.#inflating && typeof frame === "string") return this.#read(frame);
    if (this.#waiting.length >= maxWaiting) return this.#overrun();
    this.#waiting.push(frame);
    if (!this.#inflating) void this.#drain();
  }

  /** Nothing is handed on from now on. */
  stop(): void {
    this.#stopped = true;
    this.#waiting = [];
  }

  /** What came as text while something was inflated waits for it. */
  async #drain(): Promise<void> {
    this.#inflating = true;
    while (this.#waiting.length > 0) {
      const text = await textOf(this.#waiting.shift());
      if (text !== undefined) this.#read(text);
    }
    this.#inflating = false;
  }

  #read(text: string): void {
    const content = parse(text);
    for (const message of Array.isArray(content) ? content : [content]) {
      if (this.#stopped) return;
      this.#take(message);
    }
  }
}

function parse(text: string): unknown {
  return text.length > maxText ? undefined : parseJson(text);
}

async function textOf(frame: unknown): Promise<string | undefined> {
  if (typeof frame === "string") return frame;
  if (!(frame instanceof ArrayBuffer) || frame.byteLength > maxInflated) return undefined;
  try {
    return await inflate(new Uint8Array(frame), maxInflated);
  } catch {
    return undefined;
  }
}
