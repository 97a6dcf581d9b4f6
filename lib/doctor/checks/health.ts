import { type Check, type Context, fine, found, type Outcome, patience, skipped } from "../check.ts";
import { fetchPath } from "../dial.ts";
import type { FindingId } from "../findings.ts";
import { readObject, textOf } from "../json.ts";
import type { Health } from "../known.ts";
import { reasonOf, seconds, shown } from "../shown.ts";

const troubles: Record<string, FindingId | undefined> = {
  disabled: "server-disabled",
  draining: "server-draining",
  offline: "server-offline",
};

/** Asks the server how it is; only a gateway, or a validator of the same kind, answers that. */
export const health: Check = {
  id: "health",
  async run(context) {
    const body = await askHealth(context) ?? await askRoot(context);
    const status = textOf(body?.["status"]);
    if (body === undefined || status === undefined) return skipped("no gateway's /ws/health here");
    const seen: Health = { status: shown(status, 20), validator: textOf(body["validator"]) };
    context.known.health = seen;
    return judge(seen, body);
  },
};

/** What `/ws/health` answers; undefined where it is not what a gateway answers. */
export async function askHealth(
  context: Context,
  milliseconds: number = patience.answer,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { head, body } = await fetchPath(context, milliseconds, `${context.known.base}/ws/health`);
  return head.status === 200 || head.status === 503 ? readObject(body) : undefined;
}

/** The path of the URL may be wrong altogether. */
async function askRoot(context: Context): Promise<Readonly<Record<string, unknown>> | undefined> {
  if (context.known.base === "") return undefined;
  const known = { ...context.known, base: "" };
  const body = await askHealth({ ...context, known });
  if (body !== undefined) context.known.base = "";
  return body;
}

function judge({ status, validator }: Health, body: Readonly<Record<string, unknown>>): Outcome {
  const { connections, active_connections: active, uptime } = body;
  const facts = { status, connections, active_connections: active, uptime, validator };
  const safe = {
    facts: Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, plain(value)])),
  };
  const trouble = Object.hasOwn(troubles, status) ? troubles[status] : undefined;
  if (trouble !== undefined) return found(trouble, `the server says that it is ${status}`, safe);
  const parts = [
    status,
    ...(typeof connections === "number" ? [`${connections} connections`] : []),
    ...(typeof uptime === "number" ? [`up ${seconds(uptime)}`] : []),
  ];
  return fine(parts.join(", "), safe.facts);
}

function plain(value: unknown): unknown {
  return typeof value === "string" ? shown(value) : typeof value === "number" ? value : null;
}

const healthy: readonly string[] = ["online", "disabled"];

/** What the health alone says of a server. */
interface HealthVerdict {
  /** 0: it is well; 1: it is not; 2: there is none. */
  readonly code: 0 | 1 | 2;
  /** Empty where it is well. */
  readonly complaint: string;
}

/** Asks for the health alone, with little patience, as health checks do. */
export async function examineHealth(context: Context): Promise<HealthVerdict> {
  const { shown: url } = context.target;
  try {
    const status = textOf((await askHealth(context, patience.health))?.["status"]);
    if (status !== undefined && healthy.includes(status)) return { code: 0, complaint: "" };
    const seen = status === undefined ? "no gateway answers there" : shown(status, 20);
    return { code: 1, complaint: `${url}: ${seen}` };
  } catch (error) {
    context.signal.throwIfAborted();
    return { code: 2, complaint: `${url}: ${reasonOf(error)}` };
  }
}
