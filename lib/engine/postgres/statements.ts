/** A list as PostgreSQL reads an array of text. */
export function arrayOf(values: readonly (string | number | null)[]): string {
  return `{${values.map((value) => value === null ? "NULL" : quoted(String(value))).join(",")}}`;
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** What decides what a commit survives. */
const settings = `current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
  current_setting('synchronous_standby_names') as standbys`;

/** The database's time, in milliseconds since the Unix epoch: that of all servers. */
const now = "(extract(epoch from statement_timestamp()) * 1000)::bigint";

/** Tells the locks of {@link Statements.mark} from others. */
const markLock = 0x48454c4d;

/** What is said to the database, for tables that lie in a schema. Each text is prepared once for each connection. */
export function statementsFor(schema: string) {
  const s = `"${schema}"`;
  const lasting = "(expires_at is null or expires_at > now())";
  return {
    lock: `insert into ${s}.locks (name, used) values ($1::text, 1)
      on conflict (name) do update set used = locks.used + 1 returning ${settings}`,
    // One after the other, in their order.
    lockBuckets: "select pg_advisory_xact_lock($1::int, bucket) from unnest($2::int[]) as bucket",
    assertUnchanged: `select ${s}.assert_unchanged($1::text[], $2::bigint[])`,
    read: `select key, value::text, version::text from ${s}.store where key = any($1::text[]) and ${lasting}`,
    list: (order: "asc" | "desc") =>
      `select key, value::text from ${s}.store
        where key >= $1::text and key < $2::text and ${lasting} order by key ${order} limit $3::bigint`,
    set: `insert into ${s}.store (key, value, version, expires_at)
      select key, value, $3::bigint, now() + kept * interval '1 millisecond'
      from rows from (unnest($1::text[]), json_array_elements($2::text::json), unnest($4::bigint[]))
        as new (key, value, kept)
      on conflict (key) do update
        set value = excluded.value, version = excluded.version, expires_at = excluded.expires_at`,
    delete: `delete from ${s}.store where key = any($1::text[])`,
    deleteRange: `delete from ${s}.store where key in (
      select key from ${s}.store where key >= $1::text and key < $2::text order by key limit $3::bigint)`,
    append: `select ${s}.append($1::text[], $2::bigint[], $3::int[], ${now}, $4::text, $5::text::json)`,
    adopt: `select ${s}.append($1::text[], $2::bigint[], $3::int[], $6::bigint, $4::text, $5::text::json)`,
    heads: `select channel, "offset"::text, at::text from ${s}.channels where channel = any($1::text[])`,
    channels: `select channel, "offset"::text, at::text from ${s}.channels
      where channel > $1::text order by channel limit $2::bigint`,
    putChannel: `insert into ${s}.channels (channel, "offset", at) values ($1::text, $2::bigint, $3::bigint)`,
    entries: `select "offset"::text, at::text, data::text from ${s}.log
      where channel = $1::text and log."offset" > $2::bigint and at >= ${now} - $3::bigint
      order by log."offset" limit $4::bigint`,
    expire: `delete from ${s}.store where key in (
      select key from ${s}.store where expires_at < now() limit $1::bigint for update skip locked)`,
    end: `select position::text from ${s}.log_end`,
    // Always one row at least, which tells where the log ends.
    advances: `select ${settings}, log_end.position::text as end, swept::text, log.position::text, channel
      from ${s}.log_end left join lateral (
        select position, channel from ${s}.log
        where position > $1::bigint and server <> $3::text order by position limit $2::bigint
      ) as log on true order by log.position`,
    entriesAt: `select channel, "offset"::text, at::text, data::text from ${s}.log
      where position = any($1::bigint[]) order by position`,
    dropEntries: `delete from ${s}.log where channel = any($1::text[])`,
    dropChannels: `delete from ${s}.channels where channel = any($1::text[])`,
    sweepOld: swept(
      s,
      `select position from ${s}.log where position <= $1::bigint and at < ${now} - $2::bigint
      order by position limit $3::bigint`,
    ),
    sweepMany: swept(
      s,
      `select log.position from ${s}.log join ${s}.channels using (channel)
      where log.position <= $1::bigint and log."offset" <= channels."offset" - $2::bigint limit $3::bigint`,
    ),
    durability: `select ${settings}`,
    // A commit without a trace would not be waited for. One at a time of a server: whoever is given up still waits.
    mark: `select pg_advisory_xact_lock(${markLock}, hashtext($1::text)),
      pg_logical_emit_message(true, 'heliograph', '')`,
    now: `select ${now}::text as now`,
    tableBytes: `select coalesce(sum(pg_total_relation_size(pg_class.oid)), 0)::bigint::text as bytes
      from pg_class join pg_namespace on pg_namespace.oid = relnamespace
      where nspname = '${schema}' and relkind in ('r', 'p')`,
    fact: `select value from ${s}.facts where name = $1::text`,
    keepFact:
      `insert into ${s}.facts (name, value) values ($1::text, $2::text) on conflict (name) do nothing`,
    forgetFact: `delete from ${s}.facts where name = $1::text`,
    ring: `notify ${s}`,
    listen: `listen ${s}`,
    probe: `select pg_notify('${schema}', $1::text)`,
  } as const;
}

/** Removes entries of the log, and says up to where some may be gone. */
function swept(s: string, positions: string): string {
  return `with gone as (delete from ${s}.log where position in (${positions}) returning position)
    update ${s}.log_end set swept = greatest(swept, (select max(position) from gone))
    where exists (select from gone)`;
}

/** What a schema's statements are. */
export type Statements = ReturnType<typeof statementsFor>;

/** After the last key that there can be. */
export const lastKey = "\u{10ffff}";
