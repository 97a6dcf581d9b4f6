import { parseArgs } from "node:util";
import { systemClock } from "../lib/protocol/mod.ts";
import { SimulatedNode } from "../lib/streams/mod.ts";
import { rpcHandler } from "./rpc_handler.ts";

const options = {
  host: { type: "string", default: "127.0.0.1" },
  port: { type: "string", default: "9933" },
  seed: { type: "string", default: "" },
} as const;

const usage = `Usage: deno run --allow-net scripts/sim_node.ts [--port 9933] [--host 127.0.0.1] [--seed TEXT]
Serves the simulated chain node as JSON-RPC 2.0 over HTTP POST.
`;

interface Settings {
  readonly host: string;
  readonly port: number;
  readonly seed: string;
}

/** The flags; throws a {@link TypeError} that says what is wrong with them. */
function readFlags(args: readonly string[]): Settings {
  const { host, port, seed } = parseArgs({ args: [...args], options }).values;
  if (/^\d{1,5}$/.test(port) && Number(port) <= 65_535) return { host, seed, port: Number(port) };
  throw new TypeError(`Cannot use --port ${port}: expected a number from 0 to 65535`);
}

/** Serves until the first SIGINT or SIGTERM. */
async function serve({ host, port, seed }: Settings): Promise<void> {
  const stop = new AbortController();
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  const abort = () => stop.abort();
  for (const name of signals) Deno.addSignalListener(name, abort);
  const onListen = ({ hostname, port }: Deno.NetAddr) => {
    const shown = hostname.includes(":") ? `[${hostname}]` : hostname;
    write(Deno.stdout, `Simulated chain node listens on http://${shown}:${port}\n`);
  };
  const handler = rpcHandler(new SimulatedNode({ clock: systemClock, seed }));
  try {
    await Deno.serve({ hostname: host, port, signal: stop.signal, onListen }, handler).finished;
  } finally {
    for (const name of signals) Deno.removeSignalListener(name, abort);
  }
}

async function main(args: readonly string[]): Promise<number> {
  try {
    await serve(readFlags(args));
    return 0;
  } catch (error) {
    write(Deno.stderr, `${error instanceof Error ? error.message : error}\n${usage}`);
    return 1;
  }
}

function write(output: { writeSync(bytes: Uint8Array): number }, text: string): void {
  output.writeSync(new TextEncoder().encode(text));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
