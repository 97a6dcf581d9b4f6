import { z } from "zod";
import { receiptSchema, teamGamePredictionSchema, teamGameSchema } from "../../../lib/protocol/mod.ts";
import { minerSchema } from "../../operators/admin.ts";
import { exampleGame, examplePrediction, exampleReceipt, minerExamples } from "./miners.ts";

const hotkey = z.string().describe("SS58 address, prefix 42");
const time = z.string().describe("ISO 8601, UTC");
const registration = z.looseObject({
  hotkey,
  uid: z.number().int().min(0),
  blacklisted: z.boolean(),
});
const accepted = z.looseObject({
  sequence: z.number().int().min(1),
  prediction_id: z.string(),
  hotkey,
  uid: z.number().int(),
  received_at: time,
  prediction: teamGamePredictionSchema,
  receipt: receiptSchema,
});
const apiKey = z.looseObject({ id: z.string(), name: z.string(), created_at: time });
const connection = z.looseObject({
  id: z.string(),
  family: z.string(),
  state: z.enum(["open", "closing", "closed", "refused"]),
  address: z.string(),
  hotkey: hotkey.nullable(),
  claimed_hotkey: z.string().nullable().describe("whom it said to be before it proved so"),
  opened_at: time,
  heard_at: time,
  heartbeat_sent_at: time.nullable(),
  heartbeat_answered_at: time.nullable(),
  messages_in: z.number().int(),
  messages_out: z.number().int(),
  queued_bytes: z.number().int(),
  open: z.boolean(),
  stages: z.array(z.looseObject({ stage: z.string(), at: time })),
  ending: z.looseObject({
    by: z.string().describe("who ended it"),
    cause: z.string(),
    detail: z.string().nullable(),
    code: z.number().int().nullable().describe("of the close frame, or HTTP status"),
    reason: z.string(),
    explanation: z.string(),
    advice: z.string(),
  }).nullable(),
});
const error = z.looseObject({
  message: z.string(),
  error: z.looseObject({
    code: z.string().describe("a word to act on"),
    message: z.string(),
    retry_after_ms: z.number().int().min(0).optional(),
  }),
});

/** What operators ask and are told, and how any request is refused. Protocol, section 6. */
export const operatorSchemas = {
  Error: error,
  Health: z.looseObject({
    status: z.enum(["online", "disabled", "draining", "offline"])
      .describe("all that is told where operators have a port of their own"),
    connections: z.number().int().optional(),
    active_connections: z.number().int().optional().describe("authenticated and heard from lately"),
    uptime: z.number().int().optional().describe("seconds"),
    families: z.record(z.string(), z.number().int()).optional(),
    validator: hotkey.optional(),
    metagraph: z.looseObject({
      netuid: z.number().int(),
      block: z.number().int().describe("the final block that was read last"),
      miners: z.number().int(),
      age: z.number().int().describe("seconds since then"),
      problem: z.string().optional().describe("what is wrong with the newest reading"),
    }).optional().describe("where the miners come from a chain"),
  }),
  Status: z.looseObject({ status: z.string(), reasons: z.array(z.string()) }),
  Miner: minerSchema,
  Registration: registration,
  Registrations: z.object({ miners: z.array(registration) }),
  Removal: z.looseObject({ hotkey, removed: z.boolean(), registered: z.boolean() }),
  NewGames: z.object({ games: z.array(teamGameSchema) }),
  GamesPublished: z.object({
    offset: z.number().int(),
    recipients: z.number().int().describe("connections that the update went to"),
    changed: z.number().int(),
  }),
  AcceptedPredictions: z.object({
    predictions: z.array(accepted),
    next: z.number().int().describe("after of the next call"),
  }),
  ApiKeyName: z.looseObject({ name: z.string().min(1).max(100) }),
  ApiKey: z.looseObject({ id: z.string(), name: z.string(), key: z.string().describe("shown once") }),
  ApiKeys: z.object({ api_keys: z.array(apiKey) }),
  ApiKeyRevoked: z.looseObject({ id: z.string(), revoked: z.literal(true) }),
  Connections: z.object({
    connections: z.array(connection).describe("those open"),
    ended: z.array(connection).optional().describe("the newest endings, where they were asked for"),
  }),
  Connection: connection,
  ConnectionDropped: z.looseObject({ id: z.string() }),
  Draining: z.looseObject({ status: z.string(), connections: z.number().int() }),
} as const;

const id = "5f0c2a7e-7d0f-4b8c-9a3e-0a1b2c3d4e5f";

const connectionExample = {
  id: "c17",
  family: "miners",
  state: "open",
  address: "192.0.2.7",
  hotkey: minerExamples.miner,
  claimed_hotkey: minerExamples.miner,
  opened_at: "2026-11-21T08:00:00.000+00:00",
  heard_at: "2026-11-21T08:00:42.000+00:00",
  heartbeat_sent_at: null,
  heartbeat_answered_at: null,
  messages_in: 12,
  messages_out: 30,
  queued_bytes: 0,
  open: true,
  stages: [
    { stage: "connected", at: "2026-11-21T08:00:00.000+00:00" },
    { stage: "authenticated", at: "2026-11-21T08:00:00.004+00:00" },
  ],
  ending: null,
};

/** A message of each kind. */
export const operatorExamples = {
  health: {
    status: "online",
    connections: 10,
    active_connections: 8,
    uptime: 3600,
    families: { miners: 8, streams: 2, events: 0, jobs: 0, polling: 0 },
    validator: "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
  },
  registration: { hotkey: minerExamples.miner, uid: 7, blacklisted: false },
  removal: { hotkey: minerExamples.miner, removed: true, registered: false },
  games: { games: [exampleGame] },
  published: { offset: 42, recipients: 128, changed: 1 },
  accepted: {
    predictions: [{
      sequence: 12,
      prediction_id: "7b0c",
      hotkey: minerExamples.miner,
      uid: 7,
      received_at: "2026-11-21T08:00:00.123+00:00",
      prediction: examplePrediction,
      receipt: exampleReceipt,
    }],
    next: 12,
  },
  apiKey: { id, name: "press desk", key: "hg_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG" },
  apiKeys: { api_keys: [{ id, name: "press desk", created_at: "2026-11-21T08:00:00.000Z" }] },
  revoked: { id, revoked: true },
  connections: { connections: [connectionExample] },
  connection: connectionExample,
  dropped: { id: "c17" },
  draining: { status: "draining", connections: 10 },
  error: { message: "Not authorized", error: { code: "not_authorized", message: "Not authorized" } },
} as const;
