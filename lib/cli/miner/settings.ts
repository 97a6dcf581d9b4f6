import { isChainUrl } from "../../chain/mod.ts";
import {
  boolean,
  filePath,
  integer,
  oneOf,
  optional,
  positive,
  required,
  setting,
  text,
  type Values,
} from "../../config/mod.ts";
import { readUsage, type Usage } from "../command.ts";

const level = oneOf("TRACE", "DEBUG", "INFO", "WARNING", "ERROR");
const levelDefault = "INFO, and ERROR where the lines are for people";
const seconds = positive(86_400, "s");

function isNodeList(value: string): boolean {
  return value.split(",").every((node) => isChainUrl(node.trim()) && URL.canParse(node.trim()));
}

/** How the command is called. */
export const usage = {
  name: "miner",
  synopsis: [
    "miner --validators=URL,... --key=FILE [--FLAG=VALUE ...]",
    "miner --netuid=N --chain=URL --key=FILE [--FLAG=VALUE ...]",
  ],
  about:
    "Reads predictions, one JSON object on each line, and sends each to every validator until it is confirmed or " +
    "refused. Prints what happens, one JSON object on each line, or on a terminal a line for people: confirmations with " +
    "their receipts, refusals, games, states and problems. A missing prediction_id is filled in, and a missing " +
    "miner_uid.",
  options: {
    validators: optional(
      text("a URL or a file", undefined, "URL[#HOTKEY],...|FILE"),
      "Where predictions go: ws://, wss://, http://, https:// or host:port, or a file with one on each line.",
      { shownDefault: "those of --netuid that --chain names" },
    ),
    chain: optional(
      text("ws:// or wss:// URLs of nodes with commas", isNodeList, "ws://NODE:9944,..."),
      "Nodes of a chain, tried in turn, from which the validators of a subnet are read at the start.",
    ),
    netuid: optional(integer(0, 65_535), "The subnet."),
    key: required(filePath, "The miner's hotkey."),
    outbox: setting(
      filePath,
      "data/miner.db",
      "Keeps predictions until they are confirmed or refused, over restarts too.",
    ),
    input: setting(text("a path or -", undefined, "FILE|-"), "-", "Predictions; - is standard input."),
    uid: optional(integer(0, 999_999_999_999_999), "For predictions without miner_uid.", {
      shownDefault: "the one that a validator tells",
    }),
    exit_when_done: setting(
      boolean,
      true,
      "Whether to end once the input has ended and all of it is confirmed or refused.",
    ),
    websocket_enabled: setting(boolean, true, "False: HTTP alone is used."),
    websocket_heartbeat_interval: setting(seconds, 60, "A heartbeat is sent after so long without another."),
    websocket_reconnect_base_interval: setting(seconds, 5, "The shortest wait before connecting again."),
    websocket_max_reconnect_interval: setting(seconds, 300, "The longest one."),
    websocket_log_level: optional(level, "For connections; TRACE logs every frame.", {
      shownDefault: levelDefault,
    }),
    log_level: optional(level, "For everything else.", { shownDefault: levelDefault }),
  },
  prefix: "HELIOGRAPH_MINER_",
  closing:
    "Every flag is also a variable, such as HELIOGRAPH_MINER_VALIDATORS. Exit code 0: all was confirmed; 1: " +
    "something was refused or is still waiting in the outbox; 2: wrong usage.",
  examples: [
    "heliograph miner --validators=127.0.0.1:10401 --key=miner.key \\",
    "  --input=predictions.jsonl",
    "tail -f predictions.jsonl |",
    "  heliograph miner --validators=validators.txt --key=miner.key",
  ],
} satisfies Usage;

/** Every setting of `heliograph miner` with its value. */
export type MinerSettings = Values<typeof usage.options>;

/** Reads the settings: flags win over variables, those over the defaults. Throws a `ConfigError`. */
export function readMinerSettings(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): MinerSettings {
  return readUsage(usage, args, env).values;
}
