import { type Check, type Context, fine, found, type Outcome, patience } from "../check.ts";
import { bounded, open } from "../dial.ts";
import type { FindingId } from "../findings.ts";
import type { Head } from "../net/http.ts";
import { duration, fateOf, reasonOf, shown } from "../shown.ts";
import { noteDate } from "../known.ts";
import { readTarget, type Target } from "../target.ts";

const mostRedirects = 5;

/** Makes an ordinary request, and follows its redirects as long as they stay on the host. */
export const http: Check = {
  id: "http",
  async run(context) {
    const { stopwatch, signal, known } = context;
    const start = stopwatch();
    try {
      const head = await look(context);
      const outcome = await explain(context, head, stopwatch() - start);
      const [broken] = outcome.findings;
      if (broken !== undefined) known.broken = broken.id;
      return outcome;
    } catch (error) {
      signal.throwIfAborted();
      return unanswered(error);
    }
  },
};

async function look(context: Context): Promise<Head> {
  const { clock, known, target } = context;
  return await bounded(context, patience.answer, async (scope) => {
    const sent = clock.now();
    const { head } = await open(context, scope, target.path);
    noteDate(known, head, sent, clock.now());
    return head;
  });
}

const unanswers = { late: "http-no-answer", ended: "http-cut", invalid: "http-not-spoken" } as const;

function unanswered(error: unknown): Outcome {
  return found(unanswers[fateOf(error)], reasonOf(error), { unreachable: true });
}

/** What a status means before any upgrade; others are for the path to explain. */
export function statusFinding(status: number): FindingId | undefined {
  if (status >= 520 && status <= 530) return "http-cdn";
  return byStatus[status] ?? (status >= 500 ? "http-server-error" : undefined);
}

const byStatus: Record<number, FindingId | undefined> = {
  301: "http-redirect",
  302: "http-redirect",
  303: "http-redirect",
  307: "http-redirect",
  308: "http-redirect",
  401: "http-forbidden",
  403: "http-forbidden",
  429: "http-rate-limited",
  502: "http-bad-gateway",
  503: "http-unavailable",
  504: "http-gateway-timeout",
};

async function explain(context: Context, head: Head, took: number): Promise<Outcome> {
  const { status, headers } = head;
  const server = headers.get("server");
  const by = server === undefined ? "" : `, by ${shown(server, 40)}`;
  const facts = { status, answer_ms: took, server: server === undefined ? null : shown(server) };
  const id = statusFinding(status);
  if (id === undefined) {
    const why = status === 426 ? " (an upgrade is wanted here)" : "";
    return fine(`${status}${why} in ${duration(took)}${by}`, facts);
  }
  if (id !== "http-redirect") return found(id, `${statusText(head)}${by}`, { facts });
  return await followed(context, head, facts);
}

/** The status as it came. */
export function statusText({ status, reason }: Head): string {
  return shown(`${status} ${reason}`, 60);
}

async function followed(context: Context, first: Head, facts: Outcome["facts"]): Promise<Outcome> {
  const visited = [context.target.shown];
  let [target, head]: [Target, Head] = [context.target, first];
  while (visited.length <= mostRedirects) {
    const location = head.headers.get("location") ?? "";
    const next = locate(target, location);
    const hop = `${statusText(head)}, to ${shown(location, 120) || "nowhere"}`;
    if (visited.length === 1) visited.push(hop);
    if (next === undefined || next.host !== target.host) {
      return found("http-redirect", hop, { facts: { ...facts } });
    }
    if (visited.includes(next.shown)) {
      return found("http-redirect-loop", `${visited[1]}, and back`, { facts: { ...facts } });
    }
    visited.push(next.shown);
    target = next;
    const answer = await follow(context, target);
    if (answer === undefined || statusFinding(answer.status) !== "http-redirect") {
      const there = answer === undefined ? "which does not answer" : `which answers ${statusText(answer)}`;
      return found("http-redirect", `${visited[1]}, ${there}`, { facts: { ...facts } });
    }
    head = answer;
  }
  return found("http-redirect-loop", `more than ${mostRedirects} redirects`, { facts: { ...facts } });
}

function locate(target: Target, location: string): Target | undefined {
  const scheme = target.secure ? "https" : "http";
  const base = `${scheme}://${target.authority}${target.path}`;
  if (location === "" || !URL.canParse(location, base)) return undefined;
  try {
    return readTarget(new URL(location, base).href);
  } catch {
    return undefined;
  }
}

async function follow(context: Context, target: Target): Promise<Head | undefined> {
  try {
    return await bounded(context, patience.answer, async (scope) => {
      return (await open({ ...context, target }, scope, target.path)).head;
    });
  } catch {
    context.signal.throwIfAborted();
    return undefined;
  }
}
