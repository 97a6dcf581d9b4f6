import type { SessionPool } from "./session_pool.ts";
import { schemaVersion, stepsFrom } from "./schema.ts";
import type { Session } from "./session.ts";
import { statementsFor } from "./statements.ts";

/** The oldest PostgreSQL that does all that is asked of it. */
const oldest = 140_000;
/** Tells the lock of those who change tables from other programs' locks. */
const migrationLock = 0x48454c;

/**
 * Makes the tables where there are none, and brings them up to date, one server at a time.
 *
 * @throws {Error} when a newer version of this program made them, or the database is too old
 */
export async function openSchema(pool: SessionPool, schema: string): Promise<void> {
  await pool.use(async (session) => {
    await session.run("begin; set local statement_timeout = 0; set local lock_timeout = 0");
    try {
      await migrate(session, schema);
      await session.run("commit");
    } catch (error) {
      if (session.isOpen) await session.run("rollback");
      throw error;
    }
  });
}

async function migrate(session: Session, schema: string): Promise<void> {
  const { rows: [server] } = await session.run(
    "select current_setting('server_version_num')::int as version",
  );
  if (Number(server?.["version"]) < oldest) throw new Error("PostgreSQL 14 or later is needed");
  await session.run(
    "select pg_advisory_xact_lock($1::int, hashtext($2::text))",
    String(migrationLock),
    schema,
  );
  const version = await versionOf(session, schema);
  if (version > schemaVersion) {
    throw new Error(
      `its tables have version ${version}, this program knows up to ${schemaVersion}; start the newer program or name ` +
        "another store",
    );
  }
  if (version === schemaVersion) return;
  if (version === 0) await session.run(`create schema if not exists "${schema}"`);
  for (const step of stepsFrom(version, `"${schema}"`)) await session.run(step);
  const { forgetFact, keepFact } = statementsFor(schema);
  await session.run(forgetFact, "version");
  await session.run(keepFact, "version", String(schemaVersion));
}

/** 0 where there are no tables. */
async function versionOf(session: Session, schema: string): Promise<number> {
  const { rows: [found] } = await session.run(
    "select to_regclass($1::text) is not null as made",
    `"${schema}".facts`,
  );
  if (found?.["made"] !== true) return 0;
  const { rows: [fact] } = await session.run(statementsFor(schema).fact, "version");
  return Number(fact?.["value"] ?? 0);
}
