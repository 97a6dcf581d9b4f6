import { type ExactJson, type ExactObject, isObject, parseMessage } from "../../protocol/mod.ts";
import { renderSigned, sha256Hex } from "../../protocol/mod.ts";
import { boundedLines } from "./lines.ts";

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
