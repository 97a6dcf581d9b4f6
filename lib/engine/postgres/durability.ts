import type { Durability } from "../../protocol/mod.ts";
import type { Answer } from "./session.ts";

/** What a commit survives, by the settings of the database under which it is made. */
export function readDurability({ rows: [settings] }: Answer): Durability {
  const { fsync, commit, standbys } = settings ?? {};
  if (fsync !== "on" || commit === "off") return "memory";
  return standbys === "" || commit === "local" ? "disk" : "replicated";
}
