import type { Config } from "../../config/mod.ts";
import { type Check, fine, found, skipped } from "../check.ts";

/** Whether others than its owner can read the validator's key. */
export function keyFile(config: Config): Check {
  return {
    id: "key",
    async run({ host }) {
      const path = config["validator_key"];
      const mode = await host.modeOf(path);
      if (host.os === "windows" || mode === undefined) {
        return skipped(`${path} is not there, or not to be looked at`);
      }
      const shown = `${path} has mode ${(mode & 0o777).toString(8).padStart(4, "0")}`;
      return (mode & 0o077) === 0 ? fine(shown) : found("key-readable", shown);
    },
  };
}
