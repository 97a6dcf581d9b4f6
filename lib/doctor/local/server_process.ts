import type { Config } from "../../config/mod.ts";
import { type Check, fine, found, skipped } from "../check.ts";
import { openFileLimit, unreadable } from "../checks/limits.ts";
import { shown, size } from "../shown.ts";
import { ownerOf } from "./sockets.ts";

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
