import type { Config } from "../../config/mod.ts";
import type { Check } from "../check.ts";
import { limits } from "../checks/limits.ts";
import { database } from "./database.ts";
import { clockSync, disk, kernel, keyFile, severing } from "./machine.ts";
import { port, serverProcess } from "./server.ts";

/** What is checked of the machine that a server runs on. */
export function localChecks(config: Config): readonly Check[] {
  return [
    port,
    serverProcess(config),
    limits,
    disk(config),
    database(config),
    keyFile(config),
    clockSync,
    kernel,
    severing(),
  ];
}
