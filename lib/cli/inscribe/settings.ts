import type { InscribeRequest, JobConnectionMode } from "../../client/mod.ts";
import { filePath, flag, oneOf, optional, setting, text, UsageError } from "../../config/mod.ts";
import { readUsage, type Usage } from "../command.ts";
import { configuredEndpoint, configuredUrl, endpoint } from "../endpoint.ts";

/** What to do with what: inscribe a file, or wait for a job or end it. */
type InscribeTask =
  | { readonly kind: "inscribe"; readonly file: string }
  | { readonly kind: "follow"; readonly jobId: string }
  | { readonly kind: "cancel"; readonly jobId: string };

/** What `heliograph inscribe` is asked to do. */
export interface InscribeSettings {
  readonly task: InscribeTask;
  readonly url: string;
  /** Whether the configuration says another URL, or none. */
  readonly isUrlGiven: boolean;
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

const connections = ["auto", "websocket", "http"] as const;
const modes = ["file", "upload", "hashinal", "hashinal-collection"] as const;
const networks = ["testnet", "mainnet"] as const;

/** The local ledger knows no accounts, and takes any. */
const defaultHolder = "0.0.1001";

const jobId = text("the id of a job", undefined, "JOB");

/** How the command is called. */
export const usage = {
  name: "inscribe",
  synopsis: ["inscribe FILE [--FLAG=VALUE ...]", "inscribe --follow=JOB", "inscribe --cancel=JOB"],
  operand: "FILE",
  about:
    "Inscribes a file with a gateway and waits until it is on the ledger. FILE is a path, - for standard input (both up " +
    "to 2 MiB), or an http:// or https:// URL, which the gateway fetches. Once the gateway has taken a job it goes on by " +
    "itself: --follow waits for it again, --cancel ends it.",
  options: {
    url: optional(endpoint, "The gateway.", { shownDefault: configuredEndpoint }),
    api_key_file: optional(filePath, "A file that holds the API key; or set HELIOGRAPH_API_KEY."),
    api_key: optional(text("an API key"), "The API key itself, which shows in the list of processes.", {
      placeholder: "KEY",
    }),
    holder: setting(text("an account"), defaultHolder, "The account for which the file is inscribed.", {
      placeholder: "ACCOUNT",
    }),
    mode: setting<typeof modes[number]>(oneOf(...modes), modes[0], `What is made: ${modes.join(", ")}.`, {
      placeholder: "MODE",
    }),
    metadata: optional(
      text("a path or a URL", undefined, "FILE|URL"),
      "Metadata for the hashinal modes, a JSON object.",
    ),
    name: optional(text("a name", undefined, "NAME"), "The file's name, whose extension tells its type.", {
      shownDefault: "the name of FILE",
    }),
    type: optional(
      text("a media type", undefined, "TYPE"),
      "Its type, such as image/png, where content and name do not tell.",
    ),
    network: setting<typeof networks[number]>(
      oneOf(...networks),
      networks[0],
      "Which network's accounts are meant.",
    ),
    connection: setting<typeof connections[number]>(
      oneOf(...connections),
      connections[0],
      "How the gateway is reached; auto means Socket.IO, and HTTP where that does not get through.",
    ),
    discover: flag("Connects to the instance that the gateway recommends."),
    follow: optional(jobId, "Waits for a job that was begun before."),
    cancel: optional(jobId, "Ends a job."),
    json: flag("Prints the result as a JSON object."),
  },
  closing:
    "Exit code 0: done; 1: refused or failed; 2: wrong usage, or the gateway cannot be reached; 130: interrupted.",
  examples: [
    "HELIOGRAPH_API_KEY=... heliograph inscribe picture.png",
    "heliograph inscribe https://example.org/a.json --mode=hashinal \\",
    "  --api_key_file=api.key --url=https://gateway.example.org",
  ],
} satisfies Usage;

/** Reads the command line, and the key's variable. Throws a {@link UsageError}. */
export function readInscribeSettings(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): InscribeSettings {
  const { values, operand } = readUsage(usage, args);
  const { api_key, api_key_file, holder, type, follow, cancel, url, ...same } = values;
  return {
    ...same,
    task: readTask(operand, follow, cancel),
    key: readKey(api_key, api_key_file, env["HELIOGRAPH_API_KEY"]),
    url: url ?? configuredUrl({ env }),
    isUrlGiven: url !== undefined,
    holderId: holder,
    mimeType: type,
  };
}

function readTask(
  file: string | undefined,
  follow: string | undefined,
  cancel: string | undefined,
): InscribeTask {
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
  key: string | undefined,
  file: string | undefined,
  variable: string | undefined,
): InscribeSettings["key"] {
  if (key !== undefined && file !== undefined) {
    throw new UsageError("Flags --api_key and --api_key_file are both given");
  }
  if (key !== undefined) return { text: key };
  if (file !== undefined) return { file };
  if (variable !== undefined && variable !== "") return { text: variable };
  throw new UsageError("Missing API key: set HELIOGRAPH_API_KEY, or --api_key_file=FILE");
}
