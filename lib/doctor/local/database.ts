import type { Config } from "../../config/mod.ts";
import { type DatabaseSettings, isDatabase, isEnough, readDatabaseSettings } from "../../engine/mod.ts";
import { type Check, found, type Outcome, skipped } from "../check.ts";
import type { Finding } from "../findings.ts";
import { shown } from "../shown.ts";

/** What the settings of the store's database make a confirmation worth. */
export function database(config: Config): Check {
  return {
    id: "database",
    async run(): Promise<Outcome> {
      const { store } = config;
      if (!isDatabase(store)) return skipped("the store is no database");
      try {
        return judge(await readDatabaseSettings(store), config);
      } catch (error) {
        return found("database-unreachable", shown((error as Error).message, 300));
      }
    },
  };
}

function judge(settings: DatabaseSettings, config: Config): Outcome {
  const {
    version,
    fsync,
    synchronousCommit: commit,
    synchronousStandbyNames: standbys,
    standbys: connected,
    durability,
  } = settings;
  const wanted = config["store.durability"];
  const findings: Finding[] = [];
  const find = (id: Finding["id"], detail: string) => findings.push({ id, detail });
  if (fsync !== "on") find("database-no-fsync", `fsync = ${fsync}`);
  if (commit === "off") find("database-asynchronous", "synchronous_commit = off");
  if (standbys === "") find("database-no-standby", "synchronous_standby_names is empty");
  else if (commit === "local") find("database-standby-unheeded", "synchronous_commit = local");
  else if (durability === "replicated" && connected === 0) {
    find(
      "database-standby-away",
      `synchronous_standby_names = ${shown(standbys, 60)}, and no standby is connected`,
    );
  }
  if (!isEnough(durability, wanted)) {
    find("database-not-enough", `kept in ${durability}, and store.durability is ${wanted}`);
  }
  const summary = `PostgreSQL ${shown(version, 40)}; what is confirmed is ${words[durability]}`;
  return { summary, findings, facts: { ...settings } };
}

const words = {
  memory: "in the database's memory",
  disk: "on the database's disk",
  replicated: "on the disks of the database and of a standby",
} as const;
