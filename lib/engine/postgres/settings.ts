import type { Durability } from "../../protocol/mod.ts";
import { parseAddress } from "./address.ts";
import { readDurability } from "./durability.ts";
import { openPrimary } from "./session_pool.ts";
import { statementsFor } from "./statements.ts";

/** What decides what a commit survives, as the store's user finds it. */
export interface DatabaseSettings {
  /** Such as `15.18`. */
  readonly version: string;
  readonly fsync: string;
  readonly synchronousCommit: string;
  /** Empty where no standby is waited for. */
  readonly synchronousStandbyNames: string;
  /** How many standbys are connected. */
  readonly standbys: number;
  readonly durability: Durability;
}

const patience = 5000;

/** Asks a database for its settings, over a connection of its own. */
export async function readSettings(location: string): Promise<DatabaseSettings> {
  const address = parseAddress(location);
  const session = await openPrimary({ address, patience }, () => {});
  try {
    const answer = await session.run(statementsFor(address.schema).durability);
    const { rows: [about] } = await session.run(
      `select current_setting('server_version') as version, (select count(*)::int from pg_stat_replication) as connected`,
    );
    const { fsync, commit, standbys } = answer.rows[0] ?? {};
    return {
      version: String(about?.["version"]),
      fsync: String(fsync),
      synchronousCommit: String(commit),
      synchronousStandbyNames: String(standbys),
      standbys: Number(about?.["connected"]),
      durability: readDurability(answer),
    };
  } finally {
    session.close();
  }
}
