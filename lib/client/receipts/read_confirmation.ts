import {
  describeIssue,
  type Envelope,
  type ExactJson,
  type ExactObject,
  isObject,
  parseMessage,
  readEnvelope,
  type Receipt,
  receiptSchema,
  Refusal,
  renderSigned,
  sha256Hex,
} from "../../protocol/mod.ts";

/** A validator's signed word on a prediction, its signature not checked yet. */
export interface Confirmation {
  /** Who claims to have signed it. */
  readonly validator: string;
  readonly signature: string;
  readonly signedText: string;
  readonly predictionId: string;
  /** The miner, where the validator names it. */
  readonly hotkey: string | undefined;
  /** Undefined: the prediction was refused. */
  readonly receipt: Receipt | undefined;
  /** SHA-256 of the receipt as signed text: `previous` of the miner's next one. */
  readonly digest: string;
}

/**
 * Reads a line of a file of receipts: a signed confirmation as the validator sent it, or a line that `heliograph miner`
 * prints. Undefined: such a line without a confirmation in it. Throws a SyntaxError that says what is wrong.
 */
export function readConfirmation(line: string): Confirmation | undefined {
  try {
    const message = parseMessage(line);
    if (!("event" in message) || "signature" in message) return confirmationOf(message);
    const { signed } = message;
    return typeof signed === "string" ? confirmationOf(parseMessage(signed)) : undefined;
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    throw new SyntaxError(cause.detail ?? cause.message, { cause });
  }
}

function confirmationOf(message: ExactObject): Confirmation {
  const envelope = readEnvelope(message);
  const { type, data, signer, signature, signedText } = envelope;
  if (type !== "confirmation") throw new SyntaxError(`expected a confirmation, got "${type}"`);
  const { prediction_id: predictionId, hotkey, status } = data;
  if (typeof predictionId !== "string") throw new SyntaxError("data.prediction_id: expected a text");
  const named = typeof hotkey === "string" ? hotkey : undefined;
  const common = { validator: signer, signature, signedText, predictionId, hotkey: named };
  if (status === "success") return { ...common, ...receiptOf(envelope) };
  return { ...common, receipt: undefined, digest: "" };
}

function receiptOf({ data, exactData }: Envelope): Pick<Confirmation, "receipt" | "digest"> {
  const read = receiptSchema.safeParse(data["receipt"]);
  if (!read.success) throw new SyntaxError(`data.receipt: ${describeIssue(read.error)}`);
  return { receipt: read.data, digest: digestOf(exactData["receipt"]) };
}

/** Of the receipt as it came: a validator may say more in it than is known here. */
function digestOf(receipt: ExactJson | undefined): string {
  return isObject(receipt) ? sha256Hex(renderSigned(receipt)) : "";
}
