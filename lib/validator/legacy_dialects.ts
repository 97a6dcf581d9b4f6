import { z } from "zod";
import {
  describeIssue,
  type ExactObject,
  formatTimestamp,
  isObject,
  Refusal,
  toPlain,
} from "../protocol/mod.ts";

/** How the older of Bettensor's miners speak, by how they begin. */
export const legacyDialects = ["handshake", "authentication"] as const;

/** One of them. */
export type LegacyDialect = typeof legacyDialects[number];

/** Who a client says that it is. */
export interface LegacyClaim {
  readonly hotkey: string;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly nonce: string;
  /** Over the hotkey alone; undefined: there is none. */
  readonly signature: string | undefined;
}

/** What a client says later on; undefined: nothing that needs an answer. */
type LegacyMessage = { readonly type: "heartbeat" } | {
  readonly type: "prediction";
  readonly prediction: ExactObject;
};

/** A signed message of the gateway's, as it would be sent. */
interface Told {
  readonly type: string;
  readonly sender: string;
  readonly timestamp: string;
  readonly nonce: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Who says something, and when. */
export interface Sender {
  readonly address: string;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/** What is said in a dialect. */
export interface Dialect {
  /** What stands for it in the answer where it is off. */
  readonly sent: string;
  /** How little it proves. */
  readonly weakness: string;
  claim(message: ExactObject): LegacyClaim;
  /** What answers the claim; undefined: such clients wait for nothing. */
  greeting(success: boolean, message: string, from: Sender): object | undefined;
  read(message: ExactObject): LegacyMessage | undefined;
  /** The frames that stand for one of the gateway's. */
  translate(told: Told): readonly object[];
  heartbeat(from: Sender): object;
  /** Milliseconds of silence after which such clients go away; undefined: they wait. */
  readonly patience: number | undefined;
}

const hotkey = z.string().min(1).max(64);
const handshakeSchema = z.looseObject({
  message_type: z.literal("handshake"),
  message_id: z.string().min(1).max(100),
  sender_hotkey: hotkey,
  timestamp: z.string().max(40),
});
const authenticationSchema = z.looseObject({
  type: z.literal("authentication"),
  hotkey,
  signature: z.string().regex(/^(?:0x)?[0-9a-fA-F]{128}$/, "expected 128 hex digits"),
  timestamp: z.number().positive().max(8.64e12),
});

/** Messages with a `message_type`, of `bettensor.protocol.WebSocketMessage`; unsigned throughout. */
const handshake: Dialect = {
  sent: 'a handshake, {"message_type": "handshake", "sender_hotkey", ...}',
  weakness: "which proves nothing",
  patience: undefined,
  claim(message) {
    const { sender_hotkey, timestamp, message_id } = read(handshakeSchema, message);
    return { hotkey: sender_hotkey, timestamp, nonce: `handshake ${message_id}`, signature: undefined };
  },
  greeting: (success, message, from) => ({ ...headOf("handshake_response", from), success, message }),
  read: (message) => readMessage(message["message_type"], message),
  translate({ type, sender, timestamp, nonce, data }) {
    const head = { message_id: nonce, sender_hotkey: sender, timestamp, message_type: type };
    if (type === "confirmation") return [{ ...head, ...outcomeOf(data) }];
    if (type === "game_update") return [{ ...head, updated_games: Object.fromEntries(gamesOf(data)) }];
    return [];
  },
  heartbeat: (from) => headOf("heartbeat", from),
};

/** Messages with a `type` and seconds in `timestamp`, of `CommunicationService`; the hotkey alone is signed. */
const authentication: Dialect = {
  sent: 'an authentication, {"type": "authentication", "hotkey", "signature" over the hotkey, ...}',
  weakness: "which whoever has seen it once can send again",
  patience: 10_000,
  claim(message) {
    const { hotkey, signature, timestamp } = read(authenticationSchema, message);
    const nonce = `authentication ${timestamp}`;
    return { hotkey, timestamp: formatTimestamp(1000 * timestamp), nonce, signature };
  },
  greeting: () => undefined,
  read: (message) => readMessage(message["type"], message),
  translate({ type, timestamp: at, data }) {
    const timestamp = Date.parse(at) / 1000;
    if (type === "confirmation") return [{ type: "prediction_confirmation", ...outcomeOf(data), timestamp }];
    // They look for the game within what they are given, one at a time.
    return type === "game_update"
      ? gamesOf(data).map(([, game]) => ({ type, game_data: { ...game, game_data: game }, timestamp }))
      : [];
  },
  heartbeat: ({ now }) => ({ type: "heartbeat", timestamp: now / 1000 }),
};

/** Each by its name. */
export const dialects: Readonly<Record<LegacyDialect, Dialect>> = { handshake, authentication };

/** In which dialect a first frame is; undefined: in none of them. */
export function legacyDialectOf(message: ExactObject): LegacyDialect | undefined {
  if (message["message_type"] === "handshake") return "handshake";
  return message["type"] === "authentication" ? "authentication" : undefined;
}

function readMessage(type: unknown, message: ExactObject): LegacyMessage | undefined {
  if (type === "heartbeat") return { type };
  if (type !== "prediction") return undefined;
  const { prediction } = message;
  if (prediction !== undefined && isObject(prediction)) return { type, prediction };
  throw new Refusal("invalid_message", { detail: "prediction: expected an object" });
}

function read<T>(schema: z.ZodType<T>, message: ExactObject): T {
  const result = schema.safeParse(toPlain(message));
  if (result.success) return result.data;
  throw new Refusal("invalid_message", { detail: describeIssue(result.error) });
}

function headOf(message_type: string, { address: sender_hotkey, now }: Sender) {
  return { message_id: crypto.randomUUID(), sender_hotkey, timestamp: formatTimestamp(now), message_type };
}

function outcomeOf({ prediction_id, status, message, miner_stats, receipt }: Told["data"]) {
  const success = status === "success";
  return {
    prediction_id,
    success,
    message,
    ...(miner_stats === undefined ? {} : { miner_stats }),
    ...(receipt === undefined ? {} : { receipt }),
  };
}

function gamesOf({ games }: Told["data"]): [string, Record<string, unknown>][] {
  return (games as Record<string, unknown>[]).map((game) => [String(game["game_id"]), game]);
}
