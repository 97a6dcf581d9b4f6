import { type ExactObject, isObject, parseExact } from "../../protocol/mod.ts";
import { byteLines } from "../stdio.ts";

/** Predictions that are being kept at once; they are then committed together. */
const atOnce = 500;

/** What becomes of the input's lines. */
interface IntakeParts {
  /** Resolves once the prediction is kept. */
  readonly submit: (prediction: ExactObject) => Promise<void>;
  /** The uid for predictions without one. */
  readonly uid: () => Promise<number | string>;
  /** Is told of a line that could not be submitted, and why. */
  readonly invalid: (line: number, message: string) => void;
}

/** Submits every line of the input until it ends or `signal` is aborted. */
export async function takeIn(
  input: ReadableStream<Uint8Array>,
  parts: IntakeParts,
  signal: AbortSignal,
): Promise<void> {
  const keeping = new Set<Promise<void>>();
  let number = 0;
  for await (const bytes of byteLines(stoppable(input, signal))) {
    const line = ++number;
    if (signal.aborted) break;
    const kept = takeLine(bytes, parts).catch((error) => parts.invalid(line, messageOf(error)));
    keeping.add(kept);
    void kept.then(() => keeping.delete(kept));
    if (keeping.size >= atOnce) await Promise.race(keeping);
  }
  await Promise.all(keeping);
}

async function takeLine(bytes: Uint8Array, { submit, uid }: IntakeParts): Promise<void> {
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes).trim();
  if (text === "") return;
  const prediction = parseExact(text);
  if (!isObject(prediction)) throw new SyntaxError("expected a JSON object");
  await submit({
    ...prediction,
    prediction_id: prediction["prediction_id"] ?? crypto.randomUUID(),
    miner_uid: prediction["miner_uid"] ?? await uid(),
  });
}

/** The input until `signal` is aborted; a read that is under way then ends at once. */
function stoppable(input: ReadableStream<Uint8Array>, signal: AbortSignal): ReadableStream<Uint8Array> {
  const reader = input.getReader();
  const stop = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  }, { highWaterMark: 0 });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
