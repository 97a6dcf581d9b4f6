import type { InscribeRequest, JobConnectionMode } from "../../client/mod.ts";
import { type Arguments, readArguments, UsageError } from "../keys/arguments.ts";

/** What to do with what: inscribe a file, or wait for a job or end it. */
export type InscribeTask =
  | { readonly kind: "inscribe"; readonly file: string }
  | { readonly kind: "follow"; readonly jobId: string }
  | { readonly kind: "cancel"; readonly jobId: string };

/** What `heliograph inscribe` is asked to do. */
export interface InscribeSettings {
  readonly task: InscribeTask;
  readonly url: string;
  /** The key itself, or the file that holds it. */
  readonly key: { readonly text: string } | { readonly file: string };
  readonly connection: JobConnectionMode;
  readonly discover: boolean;
  readonly json: boolean;
  readonly holderId: string;
  readonly mode: NonNullable<InscribeRequest["mode"]>;
  readonly network: NonNullable<InscribeRequest["network"]>;
  /** A file with JSON, or the URL of one. */
  readonly metadata: string | undefined;
  readonly name: string | undefined;
  readonly mimeType: string | undefined;
}

const values = [
  "url",
  "api_key",
  "api_key_file",
  "holder",
  "mode",
  "network",
  "connection",
  "metadata",
  "name",
  "type",
  "follow",
  "cancel",
] as const;
const kinds = {
  ...Object.fromEntries(values.map((name) => [name, "value" as const])),
  json: "flag" as const,
  discover: "flag" as const,
};

const connections = ["auto", "websocket", "http"] as const;
const modes = ["file", "upload", "hashinal", "hashinal-collection"] as const;
const networks = ["testnet", "mainnet"] as const;

/** Where a gateway listens with nothing configured. */
const defaultUrl = "http://127.0.0.1:10401";
/** The local ledger knows no accounts, and takes any. */
const defaultHolder = "0.0.1001";

/** Reads the command line, and the key's variable. Throws a {@link UsageError}. */
export function readInscribeSettings(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): InscribeSettings {
  const given = readArguments(args, kinds);
  const value = (name: typeof values[number]) => given.values.get(name);
  return {
    task: readTask(given),
    url: value("url") ?? defaultUrl,
    key: readKey(value("api_key"), value("api_key_file"), env["HELIOGRAPH_API_KEY"]),
    connection: oneOf(connections, "connection", value("connection")),
    discover: given.flags.has("discover"),
    json: given.flags.has("json"),
    holderId: value("holder") ?? defaultHolder,
    mode: oneOf(modes, "mode", value("mode")),
    network: oneOf(networks, "network", value("network")),
    metadata: value("metadata"),
    name: value("name"),
    mimeType: value("type"),
  };
}

function readTask({ operand: file, values }: Arguments): InscribeTask {
  const [follow, cancel] = [values.get("follow"), values.get("cancel")];
  const tasks: InscribeTask[] = [
    ...(file === undefined ? [] : [{ kind: "inscribe" as const, file }]),
    ...(follow === undefined ? [] : [{ kind: "follow" as const, jobId: follow }]),
    ...(cancel === undefined ? [] : [{ kind: "cancel" as const, jobId: cancel }]),
  ];
  const [task] = tasks;
  if (task !== undefined && tasks.length === 1) return task;
  throw new UsageError("Expected a FILE, - or a URL; or --follow=JOB or --cancel=JOB alone");
}

function readKey(
  text: string | undefined,
  file: string | undefined,
  variable: string | undefined,
): InscribeSettings["key"] {
  if (text !== undefined && file !== undefined) {
    throw new UsageError("Flags --api_key and --api_key_file are both given");
  }
  if (text !== undefined) return { text };
  if (file !== undefined) return { file };
  if (variable !== undefined && variable !== "") return { text: variable };
  throw new UsageError("Missing API key: set HELIOGRAPH_API_KEY, or --api_key_file=FILE");
}

function oneOf<const Words extends readonly [string, ...string[]]>(
  words: Words,
  name: string,
  value: string | undefined,
): Words[number] {
  const word = words.find((word) => word === (value ?? words[0]));
  if (word !== undefined) return word;
  throw new UsageError(`Invalid ${name}: flag --${name} is "${value}", expected ${words.join(", ")}`);
}
