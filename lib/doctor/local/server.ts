import type { Config } from "../../config/mod.ts";
import { type Check, fine, found, skipped } from "../check.ts";
import { askHealth } from "../checks/health.ts";
import { openFileLimit, unreadable } from "../checks/limits.ts";
import type { Host } from "../host.ts";
import { textOf } from "../json.ts";
import { codeOf, reasonOf, shown, size } from "../shown.ts";

/** Whether the configured port is the gateway's, somebody else's, or nobody's. */
export const port: Check = {
  id: "port",
  async run(context) {
    const { target: { host, port }, signal } = context;
    const where = `${host}:${port}`;
    try {
      const status = textOf((await askHealth(context))?.["status"]);
      if (status === undefined) return found("local-foreign", `what listens on ${where} is no gateway`);
      return fine(`a gateway listens on ${where}: ${shown(status, 20)}`, { status: shown(status, 20) });
    } catch (error) {
      signal.throwIfAborted();
      if (codeOf(error) === "ECONNREFUSED") return found("local-not-running", `nothing listens on ${where}`);
      return found("local-foreign", `${where}: ${reasonOf(error)}`);
    }
  },
};

/** Files that a server holds open besides its connections. */
const others = 100;

/** The process behind the port, and whether it may hold as many files open as it takes connections. */
export function serverProcess(config: Config): Check {
  return {
    id: "process",
    async run({ host, target }) {
      const owner = await ownerOf(host, target.port);
      if (owner === undefined) {
        return skipped(
          host.os === "linux"
            ? "not found: /proc tells of processes only with --allow-all"
            : unreadable(host.os),
        );
      }
      const { pid, command } = owner;
      const [limits, status] = await Promise.all([
        host.readSystem(`/proc/${pid}/limits`),
        host.readSystem(`/proc/${pid}/status`),
      ]);
      const files = openFileLimit(limits);
      const resident = /^VmRSS:\s*(\d+) kB/m.exec(status ?? "")?.[1];
      const wanted = config["websocket.max_connections"];
      const facts = { pid: Number(pid), command: shown(command, 40), open_files: files ?? null };
      const text = [
        `process ${pid} (${shown(command, 40)})`,
        ...(files === undefined ? [] : [`${files} open files`]),
        ...(resident === undefined ? [] : [`${size(1024 * Number(resident))} of memory`]),
      ].join(", ");
      if (files !== undefined && files < wanted + others) {
        return found("files-short", `${files} open files for ${wanted} connections`, {
          summary: text,
          facts,
        });
      }
      return fine(text, facts);
    },
  };
}

const listening = "0A";

/** The process that listens on a port of this machine. */
interface Owner {
  readonly pid: string;
  /** The name that the kernel knows it by. */
  readonly command: string;
}

/** Who listens on a port; undefined where the kernel does not tell these permissions. Linux, proc(5). */
async function ownerOf(host: Host, port: number): Promise<Owner | undefined> {
  const inodes = await inodesOf(host, port);
  if (inodes.size === 0) return undefined;
  const processes = (await host.listSystem("/proc")).filter((name) => /^\d+$/.test(name));
  for (const pid of processes) {
    if (await holds(host, pid, inodes)) {
      const command = (await host.readSystem(`/proc/${pid}/comm`))?.trim() ?? "";
      return { pid, command };
    }
  }
  return undefined;
}

async function inodesOf(host: Host, port: number): Promise<ReadonlySet<string>> {
  const tables = await Promise.all(["/proc/net/tcp", "/proc/net/tcp6"].map(host.readSystem));
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const rows = tables.flatMap((table) => table?.split("\n") ?? []).map((row) => row.trim().split(/\s+/));
  const own = rows.filter(([, local = "", , state]) => local.endsWith(suffix) && state === listening);
  return new Set(own.map((row) => `socket:[${row[9]}]`));
}

async function holds(host: Host, pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  for (const file of await host.listSystem(folder)) {
    if (inodes.has(await host.linkSystem(`${folder}/${file}`) ?? "")) return true;
  }
  return false;
}
