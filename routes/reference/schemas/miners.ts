import { z } from "zod";
import {
  type ErrorCode,
  errorKinds,
  noReceipt,
  receiptSchema,
  teamGamePredictionSchema,
  teamGameSchema,
} from "../../../lib/protocol/mod.ts";

const hotkey = z.string().describe("SS58 address, prefix 42");
const time = z.string().describe("ISO 8601, UTC");
const place = {
  epoch: z.string().describe("changes when numbering starts anew"),
  offset: z.number().int().min(0).describe("counts the channel's publications from 1"),
};

/** What every signed message of the validator has in common. */
function signed<Type extends string, Data extends z.ZodType>(type: Type, data: Data) {
  return z.looseObject({
    type: z.literal(type),
    sender: hotkey,
    data,
    timestamp: time,
    nonce: z.string(),
    signature: z.string().regex(/^[0-9a-f]{128}$/).describe("sr25519 over the signed text, hex"),
  });
}

const confirmation = signed(
  "confirmation",
  z.looseObject({
    prediction_id: z.string(),
    hotkey: hotkey.optional(),
    status: z.enum(["success", "error"]),
    message: z.string(),
    timestamp: time,
    ...place,
    receipt: receiptSchema.optional().describe("for success"),
    duplicate: z.boolean().optional().describe("true: the same prediction was accepted before"),
    miner_stats: z.looseObject({
      predictions: z.number().int().describe("accepted ones of this miner"),
      wagered_today: z.number(),
    }).optional(),
  }),
);

/** Messages of the validator, and what is asked of it by miners. Protocol, sections 2 and 3. */
export const minerSchemas = {
  Receipt: receiptSchema,
  Confirmation: confirmation,
  Welcome: signed(
    "welcome",
    z.looseObject({
      message: z.string(),
      status: z.literal("success"),
      uid: z.number().int(),
      epoch: z.string(),
      lineage: receiptSchema.shape.lineage,
      channels: z.object({ games: z.number().int(), confirmations: z.number().int() }),
      recovered: z.object({ games: z.boolean().optional(), confirmations: z.boolean().optional() }),
    }),
  ),
  GameUpdate: signed(
    "game_update",
    z.looseObject({
      games: z.array(teamGameSchema),
      timestamp: time,
      ...place,
      snapshot: z.boolean().optional().describe("true: these are all current games"),
    }),
  ),
  SignedHeartbeatAck: signed(
    "heartbeat_ack",
    z.looseObject({ timestamp: time, echo: z.unknown().optional() }),
  ),
  Heartbeat: signed("heartbeat", z.looseObject({})),
  HeartbeatAck: z.looseObject({
    type: z.literal("heartbeat_ack"),
    data: z.looseObject({ timestamp: time, echo: z.unknown().optional() }),
    timestamp: z.union([time, z.number().int()]),
  }),
  ErrorFrame: z.looseObject({
    type: z.literal("error"),
    status: z.literal("error"),
    code: z.enum(Object.keys(errorKinds) as ErrorCode[]),
    message: z.string(),
    data: z.object({ message: z.string(), code: z.string() }).describe("the two again"),
    in_reply_to: z.string().optional().describe("nonce of the message that it answers"),
    retry_after_ms: z.number().int().min(0).optional(),
  }),
  Confirmations: z.object({ confirmations: z.array(confirmation) }),
  MissedConfirmations: z.object({
    uid: z.number().int().describe("the miner's, by the validator's registry"),
    ...place,
    recovered: z.boolean().describe("whether these are just what follows since"),
    confirmations: z.array(confirmation),
    next: z.number().int().optional().describe("the since of the following page; absent on the last one"),
  }),
  AnyHeartbeat: z.looseObject({
    type: z.literal("heartbeat").optional(),
    data: z.looseObject({}).optional(),
  }),
  Games: z.object({
    ...place,
    recovered: z.boolean().optional().describe("where since was given: whether games are just what changed"),
    games: z.array(teamGameSchema),
  }),
  TeamGame: teamGameSchema,
  TeamGamePrediction: teamGamePredictionSchema,
} as const;

const signature = "a2".repeat(64);
const refusal = "Not authorized: timestamp is 412 s from the server's clock";
const validator = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
const miner = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";
const timestamp = "2026-11-21T08:00:00.123456+00:00";
const envelope = { sender: validator, timestamp, nonce: "1795248000123.1", signature };

/** A message that a miner signed. */
export const minerEnvelope = { sender: miner, timestamp, nonce: "1795248000000.12", signature };
/** A game that has not started. */
export const exampleGame = {
  game_id: "401",
  team_a: "Arsenal",
  team_b: "Chelsea",
  sport: "soccer",
  league: "Premier League",
  create_date: "2026-11-20T08:00:00Z",
  last_update_date: "2026-11-20T08:00:00Z",
  event_start_date: "2030-01-01T15:00:00Z",
  active: true,
  outcome: "3",
  team_a_odds: 2.1,
  team_b_odds: 3.4,
  tie_odds: 3.25,
  can_tie: true,
};
/** A prediction of it. */
export const examplePrediction = {
  prediction_id: "7b0c",
  game_id: "401",
  miner_uid: 7,
  prediction_date: "2026-11-21T08:00:00Z",
  predicted_outcome: "Arsenal",
  predicted_odds: 2.1,
  team_a: "Arsenal",
  team_b: "Chelsea",
  wager: 10,
  team_a_odds: 2.1,
  team_b_odds: 3.4,
  tie_odds: 3.25,
  model_name: "elo",
  confidence_score: 0.61,
  outcome: "Unfinished",
  payout: 0,
};
/** The receipt of it. */
export const exampleReceipt = {
  sequence: 12,
  hash: "5d2f0f8d1c7c0a1fb5c4a8f2e5b2a7e13c0f6f4f9d5b6c7a8e9f0a1b2c3d4e5f",
  previous: noReceipt,
  miner_sequence: 1,
};

/** A message of each kind. */
export const minerExamples = {
  confirmation: {
    type: "confirmation",
    data: {
      prediction_id: "7b0c",
      hotkey: miner,
      status: "success",
      message: "Prediction accepted",
      timestamp,
      epoch: "9f0c2a11",
      offset: 1,
      receipt: exampleReceipt,
      miner_stats: { predictions: 1, wagered_today: 10 },
    },
    ...envelope,
  },
  welcome: {
    type: "welcome",
    data: {
      message: "Connection established",
      status: "success",
      uid: 7,
      epoch: "9f0c2a11",
      channels: { games: 41, confirmations: 3 },
      recovered: { games: true },
    },
    ...envelope,
  },
  gameUpdate: {
    type: "game_update",
    data: { games: [exampleGame], timestamp, epoch: "9f0c2a11", offset: 42 },
    ...envelope,
  },
  heartbeat: { type: "heartbeat", data: {}, ...envelope },
  heartbeatAck: { type: "heartbeat_ack", data: { timestamp }, ...envelope },
  error: {
    type: "error",
    status: "error",
    code: "not_authorized",
    message: refusal,
    data: { message: refusal, code: "not_authorized" },
    in_reply_to: "1795248000000.12",
  },
  authentication: {
    hotkey: miner,
    timestamp,
    nonce: "1795248000000.11",
    signature,
    validator,
    recover: { games: { epoch: "9f0c2a11", offset: 38 } },
  },
  prediction: { type: "prediction", data: examplePrediction, ...minerEnvelope },
  miner,
} as const;
