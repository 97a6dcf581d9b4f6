import { type Clock, Refusal } from "../lib/protocol/mod.ts";

const patience = 30_000;

/**
 * A request's body as text. Throws a {@link Refusal} once it is larger than `maxSize` bytes, is not UTF-8, or takes
 * longer than 30 s.
 */
export async function readText(request: Request, maxSize: number, clock: Clock): Promise<string> {
  if (Number(request.headers.get("content-length")) > maxSize) throw tooLarge(maxSize);
  if (request.body === null) return "";
  const reader = request.body.getReader();
  let late = false;
  const timer = clock.after(patience, () => {
    late = true;
    reader.cancel().catch(() => {});
  });
  try {
    const text = await readAll(reader, maxSize);
    if (!late) return text;
    throw new Refusal("invalid_message", {
      detail: `the body took longer than ${patience / 1000} s`,
      status: 408,
    });
  } finally {
    timer.cancel();
  }
}

async function readAll(reader: ReadableStreamDefaultReader<Uint8Array>, maxSize: number): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let size = 0;
  let text = "";
  try {
    for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) {
      size += value?.byteLength ?? 0;
      if (size > maxSize) break;
      text += decoder.decode(value, { stream: true });
    }
    if (size <= maxSize) return text + decoder.decode();
  } catch {
    throw new Refusal("invalid_message", { detail: "expected a complete body in UTF-8" });
  }
  reader.cancel().catch(() => {});
  throw tooLarge(maxSize);
}

function tooLarge(maxSize: number): Refusal {
  return new Refusal("invalid_message", { detail: `larger than ${maxSize} bytes`, status: 413 });
}
