/** The version of the tables that this program makes. */
export const schemaVersion = 1;

/** Each step brings the tables from the version that is its index to the next one. */
const steps: readonly ((schema: string) => string)[] = [tables];

/** What brings the tables from a version up to date. */
export function stepsFrom(version: number, schema: string): string[] {
  return steps.slice(version).map((step) => step(schema));
}

function tables(s: string): string {
  return `
create table ${s}.facts (name text primary key, value text not null);

create table ${s}.store (
  key text collate "C" primary key,
  value json not null,
  version bigint not null,
  expires_at timestamptz
);
create index store_expiry on ${s}.store (expires_at) where expires_at is not null;

create table ${s}.locks (name text primary key, used bigint not null);

create table ${s}.channels (
  channel text collate "C" primary key,
  "offset" bigint not null,
  at bigint not null
);
create table ${s}.log (
  position bigint primary key,
  channel text collate "C" not null,
  "offset" bigint not null,
  at bigint not null,
  server text not null,
  data json not null
);
create unique index log_channel on ${s}.log (channel, "offset");
create table ${s}.log_end (position bigint not null, swept bigint not null);
insert into ${s}.log_end (position, swept) values (0, 0);

create function ${s}.assert_unchanged(keys text[], versions bigint[]) returns void language plpgsql as $$
begin
  if exists (
    select from unnest(keys, versions) as known (key, version)
    left join ${s}.store on store.key = known.key collate "C" and (expires_at is null or expires_at > now())
    where store.version is distinct from known.version
  ) then
    raise exception 'changed meanwhile' using errcode = '40001';
  end if;
end $$;

create function ${s}.append(
  names text[], befores bigint[], counts int[], written_at bigint, server text, entries json
) returns void language plpgsql as $$
declare
  start bigint;
begin
  update ${s}.log_end set position = position + json_array_length(entries)
    returning position - json_array_length(entries) into start;
  if exists (
    select from unnest(names, befores) as known (channel, before)
    left join ${s}.channels on channels.channel = known.channel collate "C"
    where coalesce(channels."offset", 0) <> known.before
  ) then
    raise exception 'appended to meanwhile' using errcode = '40001';
  end if;
  insert into ${s}.channels (channel, "offset", at)
    select channel, before + count, written_at from unnest(names, befores, counts) as new (channel, before, count)
    on conflict (channel) do update set "offset" = excluded."offset", at = excluded.at;
  insert into ${s}.log (position, channel, "offset", at, server, data)
    select start + place, channel, before + number, written_at, server, data
    from (
      select channel, before, number, row_number() over (order by turn, number) as place
      from unnest(names, befores, counts) with ordinality as new (channel, before, count, turn),
        generate_series(1, count) as number
    ) as rows
    join json_array_elements(entries) with ordinality as given (data, place) using (place);
end $$;

create view ${s}.predictions as
  select
    (value->'receipt'->>'sequence')::bigint as sequence,
    value->>'hotkey' as hotkey,
    (value->>'uid')::int as uid,
    value->>'predictionId' as prediction_id,
    to_timestamp((value->>'receivedAt')::double precision / 1000) as received_at,
    (value->>'text')::json as prediction,
    value->>'text' as signed_text
  from ${s}.store where key > 'predictions#' and key < 'predictions$';

create view ${s}.receipts as
  select
    (value->'receipt'->>'sequence')::bigint as sequence,
    value->>'hotkey' as hotkey,
    (value->'receipt'->>'miner_sequence')::bigint as miner_sequence,
    value->'receipt'->>'hash' as hash,
    value->'receipt'->>'previous' as previous,
    value->'receipt' as receipt
  from ${s}.store where key > 'predictions#' and key < 'predictions$';

create view ${s}.games as
  select
    value->>'gameId' as game_id,
    to_timestamp((value->>'changedAt')::double precision / 1000) as changed_at,
    (value->>'offset')::bigint as "offset",
    (value->>'text')::json as game,
    value->>'text' as signed_text
  from ${s}.store where key > 'games ' and key < 'games$';

create view ${s}.miners as
  select value->>'hotkey' as hotkey, (value->>'uid')::int as uid, (value->>'blacklisted')::boolean as blacklisted
  from ${s}.store where key > 'miners ' and key < 'miners$';

create view ${s}.jobs as
  select
    value->>'id' as id,
    value->>'keyId' as key_id,
    value->>'status' as status,
    value->'request'->>'holderId' as holder_id,
    (value->>'number')::bigint as number,
    value->'file'->>'name' as file_name,
    (value->'file'->>'size')::bigint as file_size,
    to_timestamp((value->>'createdAt')::double precision / 1000) as created_at,
    to_timestamp((value->>'endedAt')::double precision / 1000) as ended_at,
    value as job
  from ${s}.store where key > 'jobs ' and key < 'jobs$';
`;
}
