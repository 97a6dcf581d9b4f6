import { z } from "zod";
import { escapeControls } from "../../telemetry/mod.ts";
import { Failure } from "../command.ts";

const time = z.string().transform((text) => Date.parse(text)).pipe(z.number());
/** Whatever the server says is shown on a terminal. */
const text = z.string().transform(escapeControls);

/** A connection as `GET /admin/connections/ID` tells of it; times in milliseconds since the Unix epoch. */
const connectionSchema = z.object({
  id: text,
  server: text.optional(),
  family: text,
  state: z.enum(["open", "closing", "closed", "refused"]),
  address: text,
  hotkey: text.nullable(),
  claimed_hotkey: text.nullable(),
  opened_at: time,
  heard_at: time,
  heartbeat_sent_at: time.nullable(),
  heartbeat_answered_at: time.nullable(),
  messages_in: z.number(),
  messages_out: z.number(),
  queued_bytes: z.number(),
  stages: z.array(z.object({ stage: text, at: time })),
  ending: z.object({
    by: z.enum(["client", "server", "network"]),
    cause: text,
    detail: text.nullable(),
    code: z.number().nullable(),
    reason: text,
    explanation: text,
    advice: text,
  }).nullable(),
});

/** What `GET /admin/connections?ended=` answers. */
const listSchema = z.object({
  connections: z.array(connectionSchema),
  ended: z.array(connectionSchema),
  silent: z.array(text).default([]),
});

/** How a connection stands or ended. */
export type Told = z.infer<typeof connectionSchema>;

/** Whose connections are asked for: one by its id, or all of a miner, an API key or an address. */
export interface Subject {
  readonly kind: "id" | "hotkey" | "address";
  readonly text: string;
}

/** Tells an id, such as `c8f3ak12`, from an address and from who a peer can prove to be. */
export function readSubject(text: string): Subject {
  if (/^c[0-9a-z]{6,15}$/.test(text)) return { kind: "id", text };
  return { kind: /[.:]|^local$/.test(text) ? "address" : "hotkey", text };
}

/** Milliseconds. */
const patience = 10_000;
const mostEnded = 20;

/** What a server knows about a subject. */
export interface Findings {
  /** The newest first, the open ones before all. */
  readonly connections: readonly Told[];
  /** As the server said it. */
  readonly raw: unknown;
  /** What has to be said besides: which servers of the store have not answered. */
  readonly remark: string | undefined;
}

/** A server to ask. */
interface Server {
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
    if (!(raw instanceof Unknown)) {
      return { raw, connections: [read(connectionSchema, raw)], remark: undefined };
    }
    return { raw: undefined, connections: [], remark: escapeControls(raw.message) };
  }
  const raw = await call(server, `/admin/connections?ended=${mostEnded}&${kind}=${name}`);
  const { connections, ended, silent } = read(listSchema, raw);
  return {
    raw,
    connections: [...connections.sort((a, b) => b.opened_at - a.opened_at), ...ended],
    remark: silent.length === 0
      ? undefined
      : `What server ${silent.join(", ")} knows is missing: there was no answer from it`,
  };
}

/** That there is no such connection, as the server says it. */
class Unknown {
  constructor(readonly message: string) {}
}

/** The answer's JSON. */
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
  const { code, message = "" } = body?.error ?? {};
  if (code === "unknown_connection") return new Unknown(String(message));
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
