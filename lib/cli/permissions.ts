import { resolve } from "node:path";
import { isChainUrl } from "../chain/mod.ts";
import type { Config } from "../config/mod.ts";
import { storeFiles } from "../engine/mod.ts";
import { isSecretName, logger } from "../telemetry/mod.ts";

const log = logger("permissions");

/** What no configuration needs: programs, native libraries, code from elsewhere. */
const neverNeeded = ["run", "ffi", "import"] as const;

/** Facts about the machine, but for how much of a disk is free. */
const neverAsked = [
  "loadavg",
  "hostname",
  "systemMemoryInfo",
  "networkInterfaces",
  "osRelease",
  "osUptime",
  "uid",
  "gid",
  "username",
  "cpus",
  "homedir",
] as const;

const here = import.meta.dirname ?? "";

/**
 * The program itself: workers and the dashboard are read later on. Not all of its folder, where keys and stores lie too. In a
 * bundle all of it is in one folder, which is that of this module.
 */
const program = [
  here,
  ...["lib", "routes", "dist/dashboard", "main.ts", "deno.json"].map((part) => resolve(here, "../..", part)),
];

/**
 * Gives up, before anything is opened, what this process may do and will not need. A module of handlers is code of the
 * operator's own, which may need anything: with one, the process keeps what it was started with.
 */
export function giveUpNeverNeeded(config: Config): void {
  if (config["websocket.handlers"] !== undefined) return;
  for (const name of neverNeeded) Deno.permissions.revokeSync({ name });
  for (const kind of neverAsked) Deno.permissions.revokeSync({ name: "sys", kind });
  // Where everything was granted, nothing of it can be kept alone.
  const { state } = Deno.permissions.querySync({ name: "sys" });
  if (state === "granted") Deno.permissions.revokeSync({ name: "sys" });
}

/**
 * Gives up, now that everything is open, what was needed for opening it: writing altogether, unless backups are
 * to be made, the variables that hold secrets, and reading all but the files that are read again, that of the configuration among them. Deno can take reading back where `/` was granted by its
 * name (`--allow-read=/`), and not where everything was.
 */
export function keepNeeded(config: Config, file?: string): void {
  if (config["websocket.handlers"] !== undefined) return;
  const backups = config["store.backups"];
  if (backups === undefined || storeFiles(config["store"]).length === 0) {
    Deno.permissions.revokeSync({ name: "write" });
  }
  // Socket.IO's library looks at variables when its first client comes, so that the permission itself has to stay.
  for (const name of Object.keys(Deno.env.toObject()).filter(isOurs)) Deno.env.delete(name);
  const store = storeFiles(config["store"]);
  const readable = [
    ...program,
    ...store,
    metagraphFile(config),
    config["tls.cert"],
    config["tls.key"],
    backups,
    file,
  ]
    .filter((path) => path !== undefined);
  for (const path of readable) Deno.permissions.requestSync({ name: "read", path });
  const { state } = Deno.permissions.revokeSync({ name: "read", path: "/" });
  log.debug("Reading is {state}", { state: state === "granted" ? "not restricted" : "restricted", readable });
}

function metagraphFile({ metagraph }: Config): string | undefined {
  return metagraph === undefined || isChainUrl(metagraph) ? undefined : metagraph;
}

function isOurs(name: string): boolean {
  return name.startsWith("HELIOGRAPH_") || isSecretName(name);
}
