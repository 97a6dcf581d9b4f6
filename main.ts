import type { Commands } from "./lib/cli/command.ts";
import { runProgram } from "./lib/cli/program.ts";
import { processStdio } from "./lib/cli/stdio.ts";
import { createApp } from "./routes/mod.ts";

const commands: Commands = {
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
  keys: { summary: "make, inspect and use hotkeys", load: () => import("./lib/cli/keys.ts") },
  receipts: {
    summary: "check what a validator has vouched for",
    load: () => import("./lib/cli/receipts.ts"),
  },
  store: {
    summary: "verify, back up, restore, export and prune what the gateway keeps",
    load: () => import("./lib/cli/store.ts"),
  },
  doctor: { summary: "find out what is wrong with an endpoint", load: () => import("./lib/cli/doctor.ts") },
  why: { summary: "tell how a connection ended or stands", load: () => import("./lib/cli/why.ts") },
  config: { summary: "print, check or explain the configuration", load: () => import("./lib/cli/config.ts") },
  completions: {
    summary: "complete commands and flags in bash, zsh or fish",
    load: async () => (await import("./lib/cli/completions.ts")).completionsOf(commands),
  },
  man: {
    summary: "a page for man(1) with all commands",
    load: async () => (await import("./lib/cli/man.ts")).manOf(commands),
  },
};

Deno.exit(await runProgram(Deno.args, { commands, createApp, stdio: processStdio }));
