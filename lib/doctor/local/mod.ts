import type { Config } from "../../config/mod.ts";
import type { Check } from "../check.ts";
import { limits } from "../checks/limits.ts";
import { clockSync } from "./clock_sync.ts";
import { disk } from "./disk.ts";
import { kernel } from "./kernel.ts";
import { keyFile } from "./key_file.ts";
import { port } from "./port.ts";
import { severing } from "./severing.ts";
import { serverProcess } from "./server_process.ts";

/** What is checked of the machine that a server runs on. */
export function localChecks(config: Config): readonly Check[] {
  return [port, serverProcess(config), limits, disk(config), keyFile(config), clockSync, kernel, severing()];
}
