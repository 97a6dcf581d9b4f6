import type { Config } from "../config/mod.ts";
import type { Engine, HistoryLimits, openEngine } from "../engine/mod.ts";
import type { Clock } from "../protocol/mod.ts";
import { bindToKey } from "../validator/mod.ts";

/** Opens the store that a configuration names, for the validator of this address alone. */
export async function openBoundEngine(
  config: Config,
  address: string,
  { clock, open }: { clock: Clock; open: typeof openEngine },
): Promise<Engine> {
  const engine = await open(config["store"], {
    clock,
    history: historyLimits(config),
    durability: config["store.durability"],
    database: {
      listenUrl: config["store.listen_url"],
      connections: config["store.connections"],
    },
  });
  try {
    await bindToKey(engine, address, config);
    return engine;
  } catch (error) {
    engine.close();
    throw error;
  }
}

/** How much of what was told is kept for who comes back. */
export function historyLimits(config: Config): HistoryLimits {
  return { size: config["history.size"], ttl: 1000 * config["history.ttl"] };
}
