import type { z } from "zod";
import { Failure } from "../command.ts";
import { connectionSchema, listSchema, type Told } from "./answers.ts";
import type { Subject } from "./subject.ts";

/** Milliseconds. */
const patience = 10_000;
const mostEnded = 20;

/** What a server knows about a subject. */
export interface Findings {
  /** The newest first, the open ones before all. */
  readonly connections: readonly Told[];
  /** As the server said it. */
  readonly raw: unknown;
}

/** A server to ask. */
export interface Server {
  readonly url: string;
  readonly token: string;
  readonly fetch: typeof fetch;
}

/** That there is no answer, as opposed to one that nothing is known. */
const noAnswer = (message: string, options?: ErrorOptions) => new Failure(message, 2, options);

/** Asks a server. Throws a {@link Failure}. */
export async function ask(server: Server, { kind, text }: Subject): Promise<Findings> {
  const name = encodeURIComponent(text);
  if (kind === "id") {
    const raw = await call(server, `/admin/connections/${name}`);
    return { raw, connections: raw === undefined ? [] : [read(connectionSchema, raw)] };
  }
  const raw = await call(server, `/admin/connections?ended=${mostEnded}&${kind}=${name}`);
  const { connections, ended } = read(listSchema, raw);
  return { raw, connections: [...connections.sort((a, b) => b.opened_at - a.opened_at), ...ended] };
}

/** The answer's JSON; undefined when there is no such connection. */
async function call({ url, token, fetch }: Server, path: string): Promise<unknown> {
  const target = new URL(path, url);
  const response = await fetch(target, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(patience),
  }).catch((cause) => {
    throw noAnswer(`Cannot reach ${target.origin}: ${reasonOf(cause)}`, { cause });
  });
  const body = await response.json().catch(() => ({}));
  if (response.ok) return body;
  const message = String(body?.error?.message ?? "");
  if (response.status === 404 && message.startsWith("No such connection")) return undefined;
  throw noAnswer(
    `Cannot ask ${target.origin}: ${refusals[response.status] ?? `${response.status} ${message}`}`,
  );
}

/** The innermost error says most. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}

const refusals: Record<number, string> = {
  401: "HELIOGRAPH_ADMIN_TOKEN is not the server's",
  404:
    "nothing is served under /admin; start the server with HELIOGRAPH_ADMIN_TOKEN, or name its operators' port",
};

function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw noAnswer("Cannot understand the server: its version is another");
}
