import { Hono } from "hono";
import { z } from "zod";
import type { Gateway } from "../../lib/gateway/mod.ts";
import { type ConnectionRecord, endCauses, keptEndings } from "../../lib/hub/mod.ts";
import { closes, exampleMiner, formatTimestamp, hotkey, Kind, time } from "../../lib/protocol/mod.ts";
import { answerJson } from "../http/answer_json.ts";
import { documented, refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";
import { count, readQuery } from "../http/query.ts";

const name = z.string().min(1).max(64);
/** Which connections are asked for. */
const listQuery = z.object({
  ended: count.refine((ended) => ended <= keptEndings, `expected 0 to ${keptEndings}`).optional(),
  hotkey: name.optional(),
  address: name.optional(),
});

const connection = new Kind(
  "Connection",
  () =>
    z.looseObject({
      id: z.string(),
      family: z.string(),
      state: z.enum(["open", "closing", "closed", "refused"]),
      address: z.string(),
      hotkey: hotkey().nullable(),
      claimed_hotkey: z.string().nullable().describe("whom it said to be before it proved so"),
      opened_at: time(),
      heard_at: time(),
      heartbeat_sent_at: time().nullable(),
      heartbeat_answered_at: time().nullable(),
      messages_in: z.number().int(),
      messages_out: z.number().int(),
      queued_bytes: z.number().int(),
      open: z.boolean(),
      stages: z.array(z.looseObject({ stage: z.string(), at: time() })),
      ending: z.looseObject({
        by: z.string().describe("who ended it"),
        cause: z.string(),
        detail: z.string().nullable(),
        code: z.number().int().nullable().describe("of the close frame, or HTTP status"),
        reason: z.string(),
        explanation: z.string(),
        advice: z.string(),
      }).nullable(),
    }),
  {
    id: "c17",
    family: "miners",
    state: "open",
    address: "192.0.2.7",
    hotkey: exampleMiner,
    claimed_hotkey: exampleMiner,
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
  },
);
const connections = new Kind(
  "Connections",
  () =>
    z.object({
      connections: z.array(connection.schema).describe("those open"),
      ended: z.array(connection.schema).optional()
        .describe("the newest endings, where they were asked for"),
    }),
  { connections: [connection.example] },
);
const dropped = new Kind("ConnectionDropped", () => z.looseObject({ id: z.string() }), { id: "c17" });
const operators = { tag: "Operators", security: "admin" } as const;
const parameters = { id: "the connection's id" };

/** Who is connected, who was, and why no longer. Below `/admin`, whose token is checked there. Protocol, section 6. */
export function connectionRoutes(gateway: Gateway): Hono<Env> {
  const { hub } = gateway;
  return new Hono<Env>()
    .get(
      "/",
      documented({
        ...operators,
        summary: "List connections",
        description: "With `ended` also that many of those that ended last.",
        query: listQuery,
        answers: { 200: { description: "Those open", kind: connections }, ...refusals(400, 401, 404) },
      }),
      (context) => {
        const { ended, ...filter } = readQuery(listQuery, context.req.query());
        const connections = open(gateway).filter((record) => matches(record, filter)).map(describe);
        if (ended === undefined) return answerJson(context, { connections });
        const endings = hub.records.latest(ended, (record) => matches(record, filter)).map(describe);
        return answerJson(context, { connections, ended: endings });
      },
    )
    .get(
      "/:id",
      documented({
        ...operators,
        summary: "How a connection stands, or ended",
        parameters,
        answers: { 200: { description: "The connection", kind: connection }, ...refusals(401, 404) },
      }),
      (context) => {
        const id = context.req.param("id");
        const record = find(gateway, id);
        if (record === undefined) {
          throw unknown(`it is not open, and not among the last ${keptEndings} that ended`);
        }
        return answerJson(context, describe(record));
      },
    )
    .delete(
      "/:id",
      documented({
        ...operators,
        summary: "Drop a connection",
        parameters,
        answers: { 200: { description: "Dropped", kind: dropped }, ...refusals(401, 404) },
      }),
      (context) => {
        const id = context.req.param("id");
        const connection = hub.find(id);
        if (connection === undefined) throw unknown("it is not open");
        connection.close(closes.dropped);
        return answerJson(context, { id });
      },
    );
}

function unknown(why: string): BadRequest {
  return new BadRequest(`No such connection: ${why}`, 404, "unknown_connection");
}

function open({ hub }: Gateway): ConnectionRecord[] {
  return [...hub.connections().map((connection) => hub.describe(connection))];
}

function find({ hub }: Gateway, id: string): ConnectionRecord | undefined {
  const connection = hub.find(id);
  return connection === undefined ? hub.records.find(id) : hub.describe(connection);
}

function matches(
  { peer, claimed, address: from }: ConnectionRecord,
  { hotkey, address }: { hotkey?: string | undefined; address?: string | undefined },
): boolean {
  const isHis = hotkey === undefined || peer === hotkey || claimed === hotkey;
  return isHis && (address === undefined || from === address);
}

function describe(record: ConnectionRecord) {
  const { id, family, address, peer, claimed, queued, received, sent, closingAt, ending } = record;
  return {
    id,
    family,
    state: stateOf(record),
    address,
    hotkey: peer ?? null,
    claimed_hotkey: claimed ?? null,
    opened_at: formatTimestamp(record.openedAt),
    heard_at: formatTimestamp(record.heardAt),
    heartbeat_sent_at: timeOf(record.heartbeatAt),
    heartbeat_answered_at: timeOf(record.answeredAt),
    messages_in: received,
    messages_out: sent,
    queued_bytes: queued,
    open: ending === undefined && closingAt === undefined,
    stages: stagesOf(record).map(([stage, at]) => ({ stage, at: formatTimestamp(at) })),
    ending: ending === undefined ? null : describeEnding(ending),
  };
}

function describeEnding({ by, cause, detail, code, reason }: NonNullable<ConnectionRecord["ending"]>) {
  const { meaning, advice } = endCauses[cause];
  return { by, cause, detail: detail ?? null, code: code ?? null, reason, explanation: meaning, advice };
}

function stateOf({ ending, closingAt }: ConnectionRecord): "open" | "closing" | "closed" | "refused" {
  if (ending !== undefined) return ending.refused ? "refused" : "closed";
  return closingAt === undefined ? "open" : "closing";
}

const authenticating: ReadonlySet<string> = new Set(["miners", "jobs"]);

function stagesOf({ family, openedAt, readyAt, closingAt, ending }: ConnectionRecord) {
  const stages: [string, number | undefined][] = [
    [ending?.refused ? "refused" : "connected", openedAt],
    [authenticating.has(family) ? "authenticated" : "subscribed", readyAt],
    ["closing", closingAt],
    ["closed", ending?.refused ? undefined : ending?.at],
  ];
  return stages.filter((stage): stage is [string, number] => stage[1] !== undefined);
}

function timeOf(at: number | undefined): string | null {
  return at === undefined ? null : formatTimestamp(at);
}
