import { predictionsQuery } from "../../operators/admin.ts";
import { listQuery } from "../../operators/connections.ts";
import { operatorExamples } from "../schemas/operators.ts";
import { type Operation, refusals } from "./operation.ts";

const {
  accepted,
  apiKey,
  apiKeys,
  connection,
  connections,
  draining,
  dropped,
  games,
  published,
  registration,
  removal,
  revoked,
} = operatorExamples;
const operator = { tag: "Operators", security: "admin" } as const;
const hotkey = { hotkey: "the miner's SS58 address" };

/** The operator's API. Protocol, section 6. */
export const operatorOperations: readonly Operation[] = [
  {
    ...operator,
    method: "get",
    path: "/admin/miners",
    summary: "List miners",
    answers: {
      200: { description: "Those registered", schema: "Registrations", example: { miners: [registration] } },
      ...refusals(401, 404),
    },
  },
  {
    ...operator,
    method: "put",
    path: "/admin/miners/{hotkey}",
    summary: "Register or blacklist a miner",
    description: "A miner that is blacklisted is disconnected at once.",
    parameters: hotkey,
    body: { schema: "Miner", example: { uid: 7, blacklisted: false } },
    answers: {
      200: { description: "Registered", schema: "Registration", example: registration },
      ...refusals(400, 401, 404, 408, 413),
    },
  },
  {
    ...operator,
    method: "delete",
    path: "/admin/miners/{hotkey}",
    summary: "Remove a miner",
    parameters: hotkey,
    answers: {
      200: {
        description: "Removed; `registered`: the metagraph lists it still",
        schema: "Removal",
        example: removal,
      },
      ...refusals(400, 401),
      404: {
        description: "It was not registered, or there is no admin token",
        schema: "RemovalOrError",
        example: { ...removal, removed: false },
      },
    },
  },
  {
    ...operator,
    method: "post",
    path: "/admin/games",
    summary: "Publish games",
    description: "Stores the games and sends those that changed to all miners in one `game_update`.",
    body: { schema: "NewGames", example: games },
    answers: {
      200: { description: "Stored", schema: "GamesPublished", example: published },
      ...refusals(400, 401, 404, 408, 413),
    },
  },
  {
    ...operator,
    method: "get",
    path: "/admin/predictions",
    summary: "What was accepted, in sequence",
    description:
      "Waits up to `wait` seconds (60 at most). With `Accept: application/x-ndjson`, one prediction on each line.",
    query: predictionsQuery,
    answers: {
      200: { description: "Accepted predictions", schema: "AcceptedPredictions", example: accepted },
      ...refusals(400, 401, 404),
    },
  },
  {
    ...operator,
    method: "get",
    path: "/admin/api-keys",
    summary: "List API keys",
    answers: {
      200: { description: "Keys in force", schema: "ApiKeys", example: apiKeys },
      ...refusals(401, 404),
    },
  },
  {
    ...operator,
    method: "post",
    path: "/admin/api-keys",
    summary: "Make an API key",
    body: { schema: "ApiKeyName", example: { name: "press desk" } },
    answers: {
      201: { description: "The key, which is shown once", schema: "ApiKey", example: apiKey },
      ...refusals(400, 401, 404, 408, 413),
    },
  },
  {
    ...operator,
    method: "delete",
    path: "/admin/api-keys/{id}",
    summary: "Revoke an API key",
    parameters: { id: "the key's id" },
    answers: {
      200: { description: "Revoked", schema: "ApiKeyRevoked", example: revoked },
      ...refusals(401, 404),
    },
  },
  {
    ...operator,
    method: "get",
    path: "/admin/connections",
    summary: "List connections",
    description: "With `ended` also that many of those that ended last.",
    query: listQuery,
    answers: {
      200: { description: "Those open", schema: "Connections", example: connections },
      ...refusals(400, 401, 404),
    },
  },
  {
    ...operator,
    method: "get",
    path: "/admin/connections/{id}",
    summary: "How a connection stands, or ended",
    parameters: { id: "the connection's id" },
    answers: {
      200: { description: "The connection", schema: "Connection", example: connection },
      ...refusals(401, 404),
    },
  },
  {
    ...operator,
    method: "delete",
    path: "/admin/connections/{id}",
    summary: "Drop a connection",
    parameters: { id: "the connection's id" },
    answers: {
      200: { description: "Dropped", schema: "ConnectionDropped", example: dropped },
      ...refusals(401, 404),
    },
  },
  {
    ...operator,
    method: "post",
    path: "/admin/drain",
    summary: "Drain the gateway",
    description: "Takes nothing new, finishes what is under way, and tells every client when to come back.",
    answers: {
      202: { description: "It drains", schema: "Draining", example: draining },
      ...refusals(401, 404),
    },
  },
];
