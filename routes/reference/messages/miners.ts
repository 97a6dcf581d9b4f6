import { minerExamples } from "../schemas/miners.ts";
import type { Channel } from "./message.ts";

/** What miners and the validator say. Protocol, sections 1 to 3. */
export const minerChannel: Channel = {
  name: "miners",
  path: "/ws",
  title: "Miners and their validator",
  description:
    "The gateway stays silent until the first frame, which authenticates the miner. Every message but an error is signed with sr25519 over its signed text: the message without `signature` as Python's `json.dumps(message, sort_keys=True)` writes it. A miner's message should name, as `validator`, the validator that it is for (`GET /ws/health` tells); one that names another is refused. A first frame with a `type` is served as on /ws/stream.",
  messages: [
    {
      name: "authentication",
      from: "client",
      summary: "The miner's first frame; `recover` names what it has of each channel",
      schema: "Authentication",
      example: minerExamples.authentication,
      answers: ["welcome", "error"],
    },
    {
      name: "welcome",
      from: "gateway",
      summary: "The miner is authenticated; what it missed follows in order",
      schema: "Welcome",
      example: minerExamples.welcome,
    },
    {
      name: "prediction",
      from: "client",
      summary: "A prediction, or up to 100 as `predictions`",
      schema: "SignedMessage",
      example: minerExamples.prediction,
      answers: ["confirmation", "error"],
    },
    {
      name: "confirmation",
      from: "gateway",
      summary: "What became of a prediction; with a receipt once it is committed",
      schema: "Confirmation",
      example: minerExamples.confirmation,
    },
    {
      name: "game_update",
      from: "gateway",
      summary: "Games that changed; all current ones, with `snapshot`, for a miner that named no position",
      schema: "GameUpdate",
      example: minerExamples.gameUpdate,
    },
    {
      name: "heartbeat",
      from: "client",
      summary: "The miner is there",
      schema: "SignedMessage",
      example: minerExamples.heartbeat,
      answers: ["heartbeat_ack"],
    },
    {
      name: "heartbeat_ack",
      from: "gateway",
      summary: "The validator heard it",
      schema: "SignedHeartbeatAck",
      example: minerExamples.heartbeatAck,
    },
    {
      name: "validator_heartbeat",
      from: "gateway",
      summary: "The validator is there; answered with `heartbeat_response`",
      schema: "Heartbeat",
      example: minerExamples.heartbeat,
    },
    {
      name: "heartbeat_response",
      from: "client",
      summary: "The miner's answer to the validator's heartbeat",
      schema: "SignedMessage",
      example: { ...minerExamples.heartbeat, type: "heartbeat_response" },
    },
    {
      name: "error",
      from: "gateway",
      summary: "A refusal, flat and not signed",
      schema: "ErrorFrame",
      example: minerExamples.error,
    },
  ],
};
