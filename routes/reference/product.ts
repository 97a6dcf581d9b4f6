import { buildInfo } from "../../lib/telemetry/mod.ts";

/** What both documents say of the whole. */
export const product = {
  title: "Heliograph",
  version: buildInfo.version,
  license: { name: "MIT", identifier: "MIT" },
} as const;
