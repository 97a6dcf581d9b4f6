import type { Config } from "../../config/mod.ts";
import { isFile } from "../../engine/mod.ts";
import { type Check, fine, found, skipped } from "../check.ts";
import { size } from "../shown.ts";

const full = 16 * 2 ** 20;
const little = 512 * 2 ** 20;

/** The space that is left for the store. */
export function disk(config: Config): Check {
  return {
    id: "disk",
    async run({ host }) {
      const { store } = config;
      if (!isFile(store)) {
        return skipped("the store is not on a disk of this machine");
      }
      const folder = /^(.*)[/\\][^/\\]*$/.exec(store)?.[1] ?? ".";
      const space = await host.disk(folder) ?? await host.disk(".");
      if (space === undefined) return skipped("cannot tell: grant --allow-sys=statfs");
      const detail = `${size(space.free)} of ${size(space.total)} free for ${store}`;
      const facts = { free: space.free, total: space.total };
      if (space.free < full) return found("disk-full", detail, { facts });
      return space.free < little ? found("disk-low", detail, { facts }) : fine(detail, facts);
    },
  };
}
