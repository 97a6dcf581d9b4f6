import { DatabaseSync } from "node:sqlite";

interface Thing {
  readonly type: string;
  readonly name: string;
  readonly sql: string;
}

/**
 * Copies what the store in a file holds at this moment, every commit of it whole, into an empty file, also while servers
 * write to it. It reads alone, row by row: of SQLite's own ways, `VACUUM INTO` and `backup()`, older Denos have neither.
 */
export function copyStoreFile(from: string, to: string): void {
  // It only reads; but one that could not write would leave the files of SQLite's log behind where nobody else has them open.
  withDatabase(from, (source) => withDatabase(to, (target) => copy(source, target)));
}

function copy(source: DatabaseSync, target: DatabaseSync): void {
  source.exec("PRAGMA busy_timeout = 10000; PRAGMA query_only = ON; BEGIN");
  // Whatever becomes of a copy that is not finished, it is not used; the whole of it is written to the disk in the end.
  target.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN");
  const things = source.prepare("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    .all() as unknown as Thing[];
  const own = things.filter(({ name }) => !name.startsWith("sqlite_"));
  const tables = own.filter(({ type }) => type === "table");
  for (const { sql } of tables) target.exec(sql);
  for (const { name } of tables) copyRows(source, target, name);
  for (const { type, sql } of own) if (type !== "table") target.exec(sql);
  for (const name of ["user_version", "application_id"]) {
    target.exec(`PRAGMA ${name} = ${source.prepare(`PRAGMA ${name}`).get()?.[name]}`);
  }
  target.exec("COMMIT");
  source.exec("COMMIT");
}

function copyRows(source: DatabaseSync, target: DatabaseSync, table: string): void {
  const name = `"${table.replaceAll('"', '""')}"`;
  const select = source.prepare(`SELECT * FROM ${name}`);
  select.setReadBigInts(true);
  let insert: ReturnType<DatabaseSync["prepare"]> | undefined;
  for (const row of select.iterate()) {
    const values = Object.values(row as Record<string, null | bigint | number | string | Uint8Array>);
    insert ??= target.prepare(`INSERT INTO ${name} VALUES (${values.map(() => "?").join(", ")})`);
    insert.run(...values);
  }
}

/** Makes one file of a store that nobody uses: what its log holds is brought into it. Then it is on the disk, all of it. */
export function settleStoreFile(path: string): void {
  withDatabase(path, (file) => {
    file.exec("PRAGMA busy_timeout = 10000");
    const mode = file.prepare("PRAGMA journal_mode = DELETE").get()?.["journal_mode"];
    if (mode !== "delete") throw new Error(`Cannot make one file of ${path}: it is in use`);
  });
  using file = Deno.openSync(path, { read: true, write: true });
  file.syncSync();
}

/** Older Denos' databases are no resources that go by themselves. */
function withDatabase(path: string, work: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(path);
  try {
    work(database);
  } finally {
    database.close();
  }
}
