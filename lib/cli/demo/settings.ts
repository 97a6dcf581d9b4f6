import { between, integer, oneOf, optional, setting, text } from "../../config/mod.ts";
import { readUsage, type Usage } from "../command.ts";

/** What the demo is asked to show. */
export interface DemoSettings {
  readonly mode: "both" | "validator" | "miner";
  readonly seconds: number;
  readonly port: number;
  /** Where the miners of mode `miner` connect. */
  readonly validator: string;
}

const modes = ["both", "validator", "miner"] as const;

/** How the command is called. */
export const usage = {
  name: "demo",
  about:
    "Shows the gateway at work on this machine: a real server, ten registered miners, games whose odds move. One miner " +
    "is cut off and recovers, another one gets nothing but HTTP through for a while.",
  options: {
    mode: setting<typeof modes[number]>(oneOf(...modes), "both", "What is started here."),
    seconds: optional(between(1, 86_400, "s"), "How long it goes on.", {
      shownDefault: "15 s, and 60 s in the other modes",
    }),
    port: optional(integer(0, 65_535), "Port of the server; 0 takes a free one.", {
      shownDefault: "a free one, and 10401 in mode validator",
    }),
    validator: setting(
      text("a URL", undefined, "URL|HOST:PORT"),
      "ws://127.0.0.1:10401/ws",
      "Where the miners of mode miner connect.",
    ),
  },
  closing: "Exit code 0: every prediction was confirmed exactly once.",
  examples: [
    "heliograph demo --seconds=60",
    "heliograph demo --mode=validator       in one terminal, and in another:",
    "heliograph demo --mode=miner --validator=ws://127.0.0.1:10401/ws",
  ],
} satisfies Usage;

/** Reads the flags. Throws a `ConfigError`. */
export function readDemoSettings(args: readonly string[]): DemoSettings {
  const { mode, seconds, port, validator } = readUsage(usage, args).values;
  return {
    mode,
    seconds: seconds ?? (mode === "both" ? 15 : 60),
    port: port ?? (mode === "validator" ? 10401 : 0),
    validator,
  };
}
