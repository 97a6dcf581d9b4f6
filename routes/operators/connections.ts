import { Hono } from "hono";
import { z } from "zod";
import type { Gateway } from "../../lib/gateway/mod.ts";
import { type ConnectionRecord, endCauses, keptEndings } from "../../lib/hub/mod.ts";
import type { SeenConnection } from "../../lib/operations/mod.ts";
import { formatTimestamp, Kind, toldConnection, toldConnections } from "../../lib/protocol/mod.ts";
import { answerJson } from "../http/answer_json.ts";
import { refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";
import { count, readQuery } from "../http/query.ts";
import { adminRoute } from "./admin_route.ts";

const name = z.string().min(1).max(64);
/** Which connections are asked for. */
const listQuery = z.object({
  ended: count.refine((ended) => ended <= keptEndings, `expected 0 to ${keptEndings}`).optional(),
  hotkey: name.optional(),
  address: name.optional(),
  server: name.optional(),
});

const dropped = new Kind(
  "ConnectionDropped",
  () => z.looseObject({ id: z.string(), server: z.string() }),
  { id: "c17", server: "1" },
);
const parameters = { id: "the connection's id" };

/**
 * Who is connected, who was, and why no longer, at all servers of the store. Below `/admin`, whose token is checked there.
 * Protocol, section 6.
 */
export function connectionRoutes({ servers }: Gateway): Hono<Env> {
  return new Hono<Env>()
    .get(
      "/",
      adminRoute({
        summary: "List connections",
        description: "Of all servers of the store, or of the one that `server` names. " +
          "With `ended` also that many of those that ended last.",
        query: listQuery,
        answers: { 200: { description: "Those open", kind: toldConnections }, ...refusals(400) },
      }, async (context) => {
        const { server, ...filter } = readQuery(listQuery, context.req.query());
        const { open, ended, leftOut, silent } = await servers.connections(filter, server);
        return answerJson(context, {
          connections: open.map(describe),
          ...filter.ended === undefined ? {} : { ended: ended.map(describe) },
          servers: [...leftOut].map(([id, count]) => ({ id, left_out: count })),
          silent,
        });
      }),
    )
    .get(
      "/:id",
      adminRoute({
        summary: "How a connection stands, or ended",
        parameters,
        answers: { 200: { description: "The connection", kind: toldConnection } },
      }, async (context) => {
        const { found, silent } = await servers.connection(context.req.param("id"));
        if (found === undefined) {
          throw unknown(`it is not open, and not among the last ${keptEndings} that ended`, silent);
        }
        return answerJson(context, describe(found));
      }),
    )
    .delete(
      "/:id",
      adminRoute({
        summary: "Drop a connection",
        parameters,
        answers: { 200: { description: "Dropped", kind: dropped } },
      }, async (context) => {
        const id = context.req.param("id");
        const { found: server, silent } = await servers.drop(id);
        if (server === undefined) throw unknown("it is not open", silent);
        return answerJson(context, { id, server });
      }),
    );
}

function unknown(why: string, silent: readonly string[]): BadRequest {
  const more = silent.length === 0 ? "" : `, as far as is known: no answer from server ${silent.join(", ")}`;
  return new BadRequest(`No such connection: ${why}${more}`, 404, "unknown_connection");
}

function describe(record: SeenConnection) {
  const { id, server, family, address, peer, claimed, queued, received, sent, closingAt, ending } = record;
  return {
    id,
    server,
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
