import {
  type ExactJson,
  type ExactObject,
  isObject,
  parseMessage,
  renderSigned,
  sha256Hex,
} from "../../protocol/mod.ts";
import type { ReceiptAudit } from "./audit.ts";

/** Bytes beyond which a line is not kept. */
const longestLine = 1024 * 1024;

const lineFeed = 10;
const headSize = 64;

/** A line of a file that nobody vouches for. */
interface Line {
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

/** Lines whose signatures are being checked at once. */
const atOnce = 1024;

/** Takes every line of a file into an audit; `progress` is told of each, with the bytes read so far. */
export async function auditFile(
  input: ReadableStream<Uint8Array>,
  audit: ReceiptAudit,
  progress: (lines: number, bytes: number) => void,
): Promise<void> {
  const checking: Promise<void>[] = [];
  for await (const line of boundedLines(input)) {
    checking.push(take(line, audit));
    if (checking.length >= atOnce) await checking.shift();
    progress(line.number, line.end);
  }
  await Promise.all(checking);
}

async function take({ number, text, problem, head, complete }: Line, audit: ReceiptAudit): Promise<void> {
  if (text !== undefined) await audit.take(number, text, complete);
  else if (!isOtherEvent(head)) audit.unreadable(number, problem, complete);
}

/** A list of all games that `heliograph miner` printed may well be too long to be kept. */
function isOtherEvent(head: string): boolean {
  return /^\{"event":"(?!confirmation"|refused")\w+"/.test(head);
}

/**
 * What was sent, a prediction or a signed message with predictions on each line: SHA-256 of each prediction as signed text by
 * its id. Throws a SyntaxError that names the line that is neither.
 */
export async function readSentPredictions(input: ReadableStream<Uint8Array>): Promise<Map<string, string>> {
  const sent = new Map<string, string>();
  for await (const { number, text, problem } of boundedLines(input)) {
    if (text?.trim() === "") continue;
    try {
      if (text === undefined) throw new SyntaxError(problem);
      for (const prediction of predictionsIn(parseMessage(text))) {
        sent.set(idOf(prediction), sha256Hex(renderSigned(prediction)));
      }
    } catch (cause) {
      throw new SyntaxError(`line ${number}: ${(cause as Error).message}`, { cause });
    }
  }
  return sent;
}

function predictionsIn(message: ExactObject): ExactJson[] {
  const { type, data } = message;
  if (type !== "prediction" || !isObject(data)) return [message];
  const { predictions } = data;
  return Array.isArray(predictions) ? predictions : [data];
}

function idOf(prediction: ExactJson): string {
  const id = isObject(prediction) ? prediction["prediction_id"] : undefined;
  if (typeof id === "string") return id;
  throw new SyntaxError("expected a prediction with its prediction_id");
}
