import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { z } from "zod";
import { describeFault } from "./schema.ts";
import { type Envelope, isObject } from "./envelope.ts";
import { Refusal } from "./errors.ts";
import { maxIdLength } from "./games.ts";
import { type ExactJson, renderSigned } from "./signed_text.ts";
import { isDate } from "./timestamp.ts";

/** Predictions beyond which a batch is refused. */
export const maxBatch = 100;

const isoDate = "expected a date and time of ISO 8601";

const id = text(1, maxIdLength);
const name = text(0, 256);
const nameOrNumber = z.union([z.string().max(256), z.number()], "expected a text or a number");
const odds = amount("expected a number");
const date = z.string(isoDate).max(64, isoDate).refine(isDate, isoDate);
const outcome = z.union(
  [z.enum(["Unfinished", "0", "1", "2", "3"]), z.literal([0, 1, 2, 3])],
  'expected "Unfinished", 0, 1, 2 or 3',
);

/** A miner's prediction. Fields that are not named here are kept. Protocol, section 3. */
export const teamGamePredictionSchema = z.looseObject({
  prediction_id: id,
  game_id: id,
  miner_uid: nameOrNumber,
  prediction_date: date,
  predicted_outcome: nameOrNumber,
  predicted_odds: odds,
  team_a: name,
  team_b: name,
  wager: amount("expected a number over 0"),
  team_a_odds: odds,
  team_b_odds: odds,
  tie_odds: odds.nullable().optional(),
  model_name: name.nullable().optional(),
  confidence_score: amount("expected a number from 0 to 1").nullable().optional(),
  outcome,
  payout: odds.nullable(),
}) satisfies z.ZodType<TeamGamePrediction>;

/** A miner's prediction as it travels, with whatever else its fields are. Protocol, section 3. */
export interface TeamGamePrediction {
  /** What no other prediction of the miner has. */
  readonly prediction_id: string;
  /** The game that it is about. */
  readonly game_id: string;
  /** The miner's number in the subnet. */
  readonly miner_uid: string | number;
  /** When it was made, ISO 8601. */
  readonly prediction_date: string;
  /** Who is to win: a team's name, or a tie. */
  readonly predicted_outcome: string | number;
  /** The odds of that. */
  readonly predicted_odds: number;
  /** As the game names it. */
  readonly team_a: string;
  /** As the game names it. */
  readonly team_b: string;
  /** More than 0; of 1000 that a miner has on a UTC day. */
  readonly wager: number;
  /** As the miner knew them. */
  readonly team_a_odds: number;
  /** As the miner knew them. */
  readonly team_b_odds: number;
  /** As the miner knew them. */
  readonly tie_odds?: number | null | undefined;
  /** What made it. */
  readonly model_name?: string | null | undefined;
  /** 0 to 1. */
  readonly confidence_score?: number | null | undefined;
  /** How the game ended; `Unfinished` or 3 before that. */
  readonly outcome: "Unfinished" | "0" | "1" | "2" | "3" | 0 | 1 | 2 | 3;
  /** What it won. */
  readonly payout: number | null;
  /** Whatever else came with it. */
  readonly [field: string]: unknown;
}

/** A prediction as it was received. */
export interface ReceivedPrediction {
  /** All of it, checked. */
  readonly fields: TeamGamePrediction;
  /** The prediction rendered as signed text: what is stored, and what {@link hash} covers. */
  readonly text: string;
  /** SHA-256 of the text, hex. */
  readonly hash: string;
}

/** What a validator vouches for with a success confirmation. Protocol, section 3. */
export interface Receipt {
  /** Counts the validator's accepted predictions from 1 without a gap. */
  readonly sequence: number;
  /** SHA-256, hex, of the prediction rendered as signed text. */
  readonly hash: string;
  /** SHA-256, hex, of this miner's receipt before it rendered as signed text; 64 zeros for the first. */
  readonly previous: string;
  /** Counts this miner's accepted predictions from 1 without a gap. */
  readonly miner_sequence: number;
  /** Since which restored backup it counts; absent where none was. Numbers given after it was made are given again. */
  readonly lineage?: string | undefined;
}

const digest = z.string().regex(/^[0-9a-f]{64}$/, "expected 64 hex digits in lower case");

/** A {@link Receipt} as it is received. Fields that are not named here are kept. */
export const receiptSchema = z.looseObject({
  sequence: z.number().int().min(1),
  hash: digest,
  previous: digest,
  miner_sequence: z.number().int().min(1),
  lineage: z.string().max(64).optional().describe(
    "the backup since whose restore it counts; absent where none was",
  ),
});

/** What something survives that was confirmed: a crash of the process, of the machine, or the loss of the machine. */
export const durabilitySchema = z.enum(["memory", "disk", "replicated"]).describe(
  "what has kept it when it was confirmed: memory, which a crash of the machine empties; its disk; a standby as well",
);

/** Where something has been kept when it was confirmed. */
export type Durability = z.infer<typeof durabilitySchema>;

/** `previous` of a miner's first receipt. */
export const noReceipt: string = "0".repeat(64);

/** SHA-256, hex, of a receipt rendered as signed text: `previous` of the miner's next one. */
export function receiptHash(receipt: Receipt): string {
  return sha256Hex(renderSigned({ ...receipt }));
}

/** SHA-256, hex, of a text's UTF-8 bytes. */
export function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/** The predictions of a `prediction` message, one or a batch. Throws a {@link Refusal} `invalid_message`. */
export function readPredictions({ data, exactData, nonce }: Envelope): ReceivedPrediction[] {
  const refuse = (detail: string) => new Refusal("invalid_message", { detail, inReplyTo: nonce });
  if (!("predictions" in exactData)) return [readPrediction(data, exactData, "data", refuse)];
  const { predictions } = exactData;
  if (!isList(predictions) || predictions.length === 0 || predictions.length > maxBatch) {
    throw refuse(`data.predictions: expected a list of 1 to ${maxBatch} predictions`);
  }
  const plain = data["predictions"] as unknown[];
  return predictions.map((exact, index) =>
    readPrediction(plain[index], exact, `data.predictions.${index}`, refuse)
  );
}

function readPrediction(
  plain: unknown,
  exact: ExactJson,
  path: string,
  refuse: (detail: string) => Refusal,
): ReceivedPrediction {
  if (!isObject(exact)) throw refuse(`${path}: expected an object`);
  const result = teamGamePredictionSchema.safeParse(plain);
  if (!result.success) throw refuse(`${path}.${describeFault(result.error, plain)}`);
  const text = renderSigned(exact);
  return { fields: result.data, text, hash: sha256Hex(text) };
}

function isList(value: ExactJson | undefined): value is readonly ExactJson[] {
  return Array.isArray(value);
}

function text(least: number, most: number) {
  const expected = `expected a text of ${least} to ${most} characters`;
  return z.string(expected).min(least, expected).max(most, expected);
}

/** Infinity stands for an integer beyond a double, which the rules refuse with the right words. */
function amount(expected: string) {
  return z.union([z.number(), z.literal(Infinity)], expected);
}
