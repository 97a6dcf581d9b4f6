import { z } from "zod";
import { authenticationSchema, envelopeSchema } from "../envelope.ts";
import { denials, type ErrorCode, errorKinds, excesses } from "../errors.ts";
import { teamGameSchema } from "../games.ts";
import { type Conversation, type Json, Kind } from "../kind.ts";
import { heartbeatAck } from "./heartbeat_ack.ts";
import { durabilitySchema, noReceipt, receiptSchema, teamGamePredictionSchema } from "../predictions.ts";

/** An address of a miner or a validator. */
export const hotkey = () => z.string().describe("SS58 address, prefix 42");
/** When something was, as signed messages say it. */
export const time = () => z.string().describe("ISO 8601, UTC");
/** Where something stands in its channel. */
export const place = () => ({
  epoch: z.string().describe("changes when numbering starts anew"),
  offset: z.number().int().min(0).describe("counts the channel's publications from 1"),
});

const validator = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
/** A miner's hotkey, for examples. */
export const exampleMiner = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";
const timestamp = "2026-11-21T08:00:00.123456+00:00";
const signature = "a2".repeat(64);
const byValidator = { sender: validator, timestamp, nonce: "1795248000123.1", signature };
const byMiner = { sender: exampleMiner, timestamp, nonce: "1795248000000.12", signature };

export const teamGame = new Kind("TeamGame", () => teamGameSchema, {
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
});

export const teamGamePrediction = new Kind("TeamGamePrediction", () => teamGamePredictionSchema, {
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
});

export const receipt = new Kind("Receipt", () => receiptSchema, {
  sequence: 12,
  hash: "5d2f0f8d1c7c0a1fb5c4a8f2e5b2a7e13c0f6f4f9d5b6c7a8e9f0a1b2c3d4e5f",
  previous: noReceipt,
  miner_sequence: 1,
});

/** A message that its sender signs. */
export const signedMessage = new Kind("SignedMessage", () => envelopeSchema, {
  type: "prediction",
  data: teamGamePrediction.example,
  ...byMiner,
}, [teamGamePrediction]);

const authentication = new Kind("Authentication", () => authenticationSchema, {
  hotkey: exampleMiner,
  timestamp,
  nonce: "1795248000000.11",
  signature,
  validator,
  recover: { games: { epoch: "9f0c2a11", offset: 38 } },
});

/** A message that the validator signs. */
function sealed<Data extends z.ZodType>(
  name: string,
  { type, data, example, parts }: {
    readonly type: string;
    readonly data: () => Data;
    readonly example: Json;
    readonly parts?: readonly Kind[];
  },
) {
  const make = () =>
    z.looseObject({
      type: z.literal(type),
      sender: hotkey(),
      data: data(),
      timestamp: time(),
      nonce: z.string(),
      signature: z.string().regex(/^[0-9a-f]{128}$/).describe("sr25519 over the signed text, hex"),
    });
  return new Kind(name, make, { type, data: example, ...byValidator }, parts);
}

export const confirmation = sealed("Confirmation", {
  type: "confirmation",
  data: () =>
    z.looseObject({
      prediction_id: z.string(),
      hotkey: hotkey().optional(),
      status: z.enum(["success", "error"]),
      message: z.string(),
      timestamp: time(),
      ...place(),
      receipt: receipt.schema.optional().describe("for success"),
      duplicate: z.boolean().optional().describe("true: the same prediction was accepted before"),
      durability: durabilitySchema.optional().describe("for success: what has kept it when it was confirmed"),
      miner_stats: z.looseObject({
        predictions: z.number().int().describe("accepted ones of this miner"),
        wagered_today: z.number(),
      }).optional(),
    }),
  example: {
    prediction_id: "7b0c",
    hotkey: exampleMiner,
    status: "success",
    message: "Prediction accepted",
    timestamp,
    epoch: "9f0c2a11",
    offset: 1,
    receipt: receipt.example,
    durability: "disk",
    miner_stats: { predictions: 1, wagered_today: 10 },
  },
  parts: [receipt],
});

/** A confirmation that says which rule a prediction broke. */
export const exampleRefusal: Json = {
  ...byValidator,
  type: "confirmation",
  data: {
    prediction_id: "7b0c",
    hotkey: exampleMiner,
    status: "error",
    message: "Unknown game: 401",
    timestamp,
    epoch: "9f0c2a11",
    offset: 2,
  },
};

const welcome = sealed("Welcome", {
  type: "welcome",
  data: () =>
    z.looseObject({
      message: z.string(),
      status: z.literal("success"),
      uid: z.number().int(),
      epoch: z.string(),
      lineage: receiptSchema.shape.lineage,
      channels: z.object({ games: z.number().int(), confirmations: z.number().int() }),
      recovered: z.object({ games: z.boolean().optional(), confirmations: z.boolean().optional() }),
    }),
  example: {
    message: "Connection established",
    status: "success",
    uid: 7,
    epoch: "9f0c2a11",
    channels: { games: 41, confirmations: 3 },
    recovered: { games: true },
  },
});

const gameUpdate = sealed("GameUpdate", {
  type: "game_update",
  data: () =>
    z.looseObject({
      games: z.array(teamGame.schema),
      timestamp: time(),
      ...place(),
      snapshot: z.boolean().optional().describe("true: these are all current games"),
    }),
  example: { games: [teamGame.example], timestamp, epoch: "9f0c2a11", offset: 42 },
  parts: [teamGame],
});

const heartbeat = sealed("Heartbeat", { type: "heartbeat", data: () => z.looseObject({}), example: {} });

const signedAck = sealed("SignedHeartbeatAck", { ...heartbeatAck, example: { timestamp } });

/** The answer to a heartbeat, signed or not. */
export const anyHeartbeatAck = Kind.anyOf("AnyHeartbeatAck", [
  signedAck,
  new Kind(
    "HeartbeatAck",
    () =>
      z.looseObject({
        type: z.literal(heartbeatAck.type),
        data: heartbeatAck.data(),
        timestamp: z.union([time(), z.number().int()]),
      }),
    { type: heartbeatAck.type, data: { timestamp }, timestamp },
  ),
]);

const refusal = "Not authorized: timestamp is 412 s from the server's clock";
const errorFrame = new Kind(
  "ErrorFrame",
  () =>
    z.looseObject({
      type: z.literal("error"),
      status: z.literal("error"),
      code: z.enum(Object.keys(errorKinds) as ErrorCode[]),
      message: z.string(),
      data: z.object({ message: z.string(), code: z.string() }).describe("the two again"),
      reason: z.enum([...denials, ...excesses]).optional().describe("why it is not authorized, or too large"),
      in_reply_to: z.string().optional().describe("nonce of the message that it answers"),
      retry_after_ms: z.number().int().min(0).optional(),
    }),
  {
    type: "error",
    status: "error",
    code: "not_authorized",
    message: refusal,
    data: { message: refusal, code: "not_authorized" },
    reason: "stale",
    in_reply_to: "1795248000000.12",
  },
);

/** What miners and the validator say. Protocol, sections 1 to 3. */
export const minerConversation = {
  name: "miners",
  path: "/ws",
  title: "Miners and their validator",
  description:
    "The gateway stays silent until the first frame, which authenticates the miner. Every message but an error is signed with sr25519 over its signed text: the message without `signature` as Python's `json.dumps(message, sort_keys=True)` writes it. A miner's message should name, as `validator`, the validator that it is for (`GET /ws/health` tells); one that names another is refused. A first frame with a `type` or a `method` is served as on /ws/stream; older ways to begin are let in by `websocket.legacy_auth`.",
  messages: {
    authentication: {
      from: "client",
      summary: "The miner's first frame; `recover` names what it has of each channel",
      kind: authentication,
      answers: ["welcome", "error"],
    },
    welcome: {
      from: "gateway",
      summary: "The miner is authenticated; what it missed follows in order",
      kind: welcome,
    },
    prediction: {
      from: "client",
      summary: "A prediction, or up to 100 as `predictions`",
      kind: signedMessage,
      answers: ["confirmation", "error"],
    },
    confirmation: {
      from: "gateway",
      summary: "What became of a prediction; with a receipt once it is committed",
      kind: confirmation,
    },
    game_update: {
      from: "gateway",
      summary: "Games that changed; all current ones, with `snapshot`, for a miner that named no position",
      kind: gameUpdate,
    },
    heartbeat: {
      from: "client",
      summary: "The miner is there",
      kind: signedMessage,
      example: heartbeat.example,
      answers: [heartbeatAck.type],
    },
    [heartbeatAck.type]: {
      from: "gateway",
      isPulse: true,
      summary: "The validator heard it",
      kind: signedAck,
    },
    validator_heartbeat: {
      from: "gateway",
      isPulse: true,
      summary: "The validator is there; answered with `heartbeat_response`",
      kind: heartbeat,
    },
    heartbeat_response: {
      from: "client",
      summary: "The miner's answer to the validator's heartbeat",
      kind: signedMessage,
      example: { type: "heartbeat_response", data: {}, ...byValidator },
    },
    error: { from: "gateway", summary: "A refusal, flat and not signed", kind: errorFrame },
  },
} as const satisfies Conversation;
