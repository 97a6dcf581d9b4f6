import { flag, optional, UsageError } from "../config/mod.ts";
import { systemClock } from "../protocol/mod.ts";
import { type Command, readUsage, runFramed, type Usage } from "./command.ts";
import { configuredEndpoint, configuredUrl, endpoint } from "./endpoint.ts";
import { jsonText } from "./text.ts";
import { palette } from "./palette.ts";
import { processStdio, type Stdio, terminalColumns } from "./stdio.ts";
import { ask, type Findings, readSubject, type Subject } from "./why/ask.ts";
import { showMany, showOne } from "./why/view.ts";

const defaultWidth = 100;

/** How it is called. */
export const usage = {
  name: "why",
  operand: "ID|HOTKEY|ADDRESS",
  about:
    "Tells how a connection ended or, while it is open, how it stands. Its id is in the log, in the reason that its " +
    "client was closed with, and in GET /admin/connections. For a hotkey (or the id of an API key, or an IP address) " +
    "it lists the latest connections, and tells of the newest. Any server of a store tells of the connections of all; " +
    "each remembers its last 10,000 endings until it is restarted.",
  options: {
    url: optional(endpoint, "The server, as its operators reach it.", { shownDefault: configuredEndpoint }),
    json: flag("Prints what the server said."),
  },
  closing:
    "HELIOGRAPH_ADMIN_TOKEN has to be the server's. Exit code 0: found; 1: nothing is known; 2: not reachable, or " +
    "wrong usage.",
  examples: [
    "heliograph why c8f3ak12",
    "heliograph why 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty",
    "heliograph why 192.0.2.7 --json --url=https://gateway.example.org",
  ],
} satisfies Usage;

/** What the command gets from around it; tests hand in their own. */
interface WhySurroundings {
  readonly stdio: Stdio;
  readonly env: Readonly<Record<string, string>>;
  readonly fetch: typeof fetch;
  /** How wide the terminal is; undefined: there is none, and no colours. */
  readonly columns: number | undefined;
  readonly colours: boolean;
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

/** `heliograph why`. */
export const run: Command = (args) => {
  const isTerminal = Deno.stdout.isTerminal();
  return runWhy(args, {
    stdio: processStdio,
    env: Deno.env.toObject(),
    fetch,
    columns: isTerminal ? terminalColumns() : undefined,
    colours: isTerminal && !Deno.noColor,
    now: () => systemClock.now(),
  });
};

/** {@link run} in surroundings of the caller's choice. */
export async function runWhy(args: string[], surroundings: WhySurroundings): Promise<number> {
  return await runFramed(usage, args, surroundings, () => answer(args, surroundings));
}

async function answer(args: string[], surroundings: WhySurroundings): Promise<number> {
  const { values, operand } = readUsage(usage, args);
  if (operand === undefined) throw new UsageError("Expected the id of a connection, a hotkey or an address");
  const { stdio, env, fetch } = surroundings;
  const token = env["HELIOGRAPH_ADMIN_TOKEN"] ?? "";
  if (token === "") throw new UsageError("Expected the server's admin token in HELIOGRAPH_ADMIN_TOKEN");
  const url = values.url ?? configuredUrl(surroundings, true);
  const subject = readSubject(operand);
  const findings = await ask({ url, token, fetch }, subject);
  const isFound = findings.connections.length > 0;
  if (values.json) await stdio.print(`${jsonText(findings.raw ?? null)}\n`);
  else if (isFound) await stdio.print(show(subject, findings, surroundings));
  else await stdio.complain(`${nothing(subject)}\n`);
  if (findings.remark !== undefined) await stdio.complain(`${findings.remark}\n`);
  return isFound ? 0 : 1;
}

function show(
  { kind, text }: Subject,
  { connections }: Findings,
  { columns, colours, now }: WhySurroundings,
): string {
  const options = { paint: palette(colours), width: Math.min(columns ?? defaultWidth, 120), now: now() };
  const [newest, ...others] = connections;
  if (newest === undefined) return "";
  const one = showOne(newest, options);
  if (kind === "id" || others.length === 0) return one;
  const count = `${connections.length} connections`;
  return `${options.paint.bold(text)}: the latest ${count}\n\n${showMany(connections, options)}\n${one}`;
}

function nothing({ kind, text }: Subject): string {
  const what = kind === "id" ? `a connection ${text}` : `any connection of ${text}`;
  return `The server does not know ${what}: it is not open, and not among the last 10,000 that ended since the start`;
}
