import { createApp } from "./routes/mod.ts";
import type { Command } from "./lib/cli/command.ts";

const commands: Record<string, { summary: string; load: () => Promise<{ run: Command }> }> = {
  serve: { summary: "start the gateway (the default)", load: () => import("./lib/cli/serve.ts") },
  miner: {
    summary: "submit predictions to one or many validators",
    load: () => import("./lib/cli/miner.ts"),
  },
  inscribe: {
    summary: "put a file on the ledger, through a gateway",
    load: () => import("./lib/cli/inscribe.ts"),
  },
  demo: { summary: "a server and ten miners on this machine", load: () => import("./lib/cli/demo.ts") },
  bench: { summary: "measure this machine", load: () => import("./lib/cli/bench.ts") },
  keys: { summary: "make, inspect and use hotkeys", load: () => import("./lib/cli/keys.ts") },
  config: { summary: "print, check or explain the configuration", load: () => import("./lib/cli/config.ts") },
};

function help(): string {
  const rows = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(8)} ${summary}`);
  return `Usage: heliograph COMMAND [--flag=value ...]\n\n${
    rows.join("\n")
  }\n\nheliograph COMMAND --help says more.\n`;
}

async function main(args: string[]): Promise<number> {
  const named = args[0] !== undefined && !args[0].startsWith("-");
  const name = named ? args[0] : args.includes("--help") ? "help" : "serve";
  const command = commands[name ?? ""];
  if (command !== undefined) return await (await command.load()).run(named ? args.slice(1) : args, createApp);
  const stream = name === "help" ? Deno.stdout : Deno.stderr;
  const complaint = name === "help" ? "" : `Unknown command "${name}"\n\n`;
  await stream.write(new TextEncoder().encode(complaint + help()));
  return name === "help" ? 0 : 2;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
