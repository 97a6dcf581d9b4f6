/** Bytes beyond which a line is not kept. */
export const longestLine = 1024 * 1024;

const lineFeed = 10;
const headSize = 64;

/** A line of a file that nobody vouches for. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** Undefined where {@link problem} says why. */
  readonly text: string | undefined;
  readonly problem: string;
  /** Its beginning, also of one that is too long to be kept. */
  readonly head: string;
  /** Whether a line feed ends it. */
  readonly complete: boolean;
  /** Bytes of the file up to its end. */
  readonly end: number;
}

/** The lines of an input; one that is too long or no text spoils no other, and takes no memory. */
export async function* boundedLines(input: ReadableStream<Uint8Array>): AsyncGenerator<Line> {
  let line = new Gathered(1);
  let end = 0;
  for await (const chunk of input) {
    let start = 0;
    for (let at = chunk.indexOf(lineFeed); at !== -1; at = chunk.indexOf(lineFeed, start)) {
      line.add(chunk.subarray(start, at));
      yield line.finish(true, end + at + 1);
      line = new Gathered(line.number + 1);
      start = at + 1;
    }
    line.add(chunk.subarray(start));
    end += chunk.length;
  }
  if (line.size > 0) yield line.finish(false, end);
}

/** A line that is being read. */
class Gathered {
  readonly #parts: Uint8Array[] = [];
  size = 0;

  constructor(readonly number: number) {}

  add(part: Uint8Array): void {
    const isKept = this.size <= longestLine;
    this.size += part.length;
    if (isKept) this.#parts.push(part.slice(0, longestLine + 1));
  }

  finish(complete: boolean, end: number): Line {
    const [first = new Uint8Array()] = this.#parts;
    const head = new TextDecoder().decode(first.subarray(0, headSize));
    return { number: this.number, head, complete, end, ...this.#decoded() };
  }

  #decoded(): Pick<Line, "text" | "problem"> {
    if (this.size > longestLine) {
      return { text: undefined, problem: `longer than ${longestLine} bytes` };
    }
    const decoder = new TextDecoder("utf-8", { fatal: true });
    try {
      const decoded = this.#parts.map((part) => decoder.decode(part, { stream: true })).join("");
      return { text: decoded + decoder.decode(), problem: "" };
    } catch {
      return { text: undefined, problem: "not UTF-8" };
    }
  }
}
