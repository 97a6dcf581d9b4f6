import { readConfirmation } from "../../../client/receipts/mod.ts";
import { verifySignature } from "../../../crypto/sr25519.ts";
import { noReceipt, type PredictionProof, receiptHash, sha256Hex } from "../../../protocol/mod.ts";
import type { Inspection } from "./tasks.ts";

/** Checks what an operator was told of an accepted prediction, as whoever holds the receipt can. */
export function inspectProof(
  { prediction, text, validator, confirmation, before, after }: PredictionProof,
): Inspection {
  const confirmed = readConfirmation(confirmation);
  if (confirmed === undefined) throw new SyntaxError("The server sent no confirmation");
  const { hotkey, receipt } = prediction;
  const digest = receiptHash(receipt);
  const isOfThis = confirmed.validator === validator && confirmed.hotkey === hotkey &&
    confirmed.digest === digest;
  return {
    signedText: confirmed.signedText,
    isSigned: isOfThis && verifySignature(confirmed.signedText, confirmed.signature, validator),
    isOfPrediction: sha256Hex(text) === receipt.hash,
    followsBefore: before === null
      ? receipt.miner_sequence === 1 ? receipt.previous === noReceipt : undefined
      : receipt.previous === receiptHash(before.receipt),
    isFollowed: after === null ? undefined : after.receipt.previous === digest,
  };
}
