import { z } from "zod";
import { type Clock, describeIssue, formatTimestamp, Refusal, sha256Hex } from "../protocol/mod.ts";
import type { Claim } from "./gatekeeper.ts";

/** Milliseconds by which a request's time may differ from the server's. */
const tolerance = 8000;

/** The headers of Epistula, version 2. */
const epistulaHeaders = z.object({
  "epistula-version": z.literal("2", "expected 2"),
  "epistula-timestamp": z.string().regex(/^\d{1,15}$/, "expected milliseconds since the Unix epoch"),
  "epistula-uuid": z.string().min(1).max(64),
  "epistula-signed-by": z.string().min(1).max(64),
  "epistula-signed-for": z.string().max(64).optional(),
  "epistula-request-signature": z.string().regex(
    /^(?:0x)?[0-9a-fA-F]{128}$/,
    "expected 128 hex digits, with or without 0x",
  ),
});

/** Whether a request's headers are Epistula's. */
export function isEpistula(headers: Record<string, string>): boolean {
  return headers["epistula-version"] !== undefined;
}

/**
 * What a request says of itself; its uuid serves as a nonce.
 *
 * @throws {Refusal} when the headers are not as they should be, it is for nobody, or its time is off
 */
export function readEpistula(headers: Record<string, string>, body: string, clock: Clock): Claim {
  const result = epistulaHeaders.safeParse(headers);
  if (!result.success) throw new Refusal("invalid_message", { detail: describeIssue(result.error) });
  const read = result.data;
  const [time, uuid, signedFor] = [
    read["epistula-timestamp"],
    read["epistula-uuid"],
    read["epistula-signed-for"],
  ];
  if (signedFor === undefined || signedFor === "") {
    throw new Refusal("not_authorized", { detail: "Epistula-Signed-For is missing" });
  }
  const skew = Number(time) - clock.now();
  if (Math.abs(skew) > tolerance) {
    const detail = `Epistula-Timestamp is ${Math.round(skew / 1000)} s off the server's clock, allowed 8 s`;
    throw new Refusal("not_authorized", { detail });
  }
  return {
    signer: read["epistula-signed-by"],
    timestamp: formatTimestamp(Number(time)),
    nonce: `epistula ${uuid}`,
    signature: read["epistula-request-signature"],
    validator: signedFor,
    signedText: `${sha256Hex(body)}.${uuid}.${time}.${signedFor}`,
  };
}
