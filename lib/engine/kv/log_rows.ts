import type { LogEntry, LogHead } from "../log.ts";
import type { Key } from "../store.ts";
import { sizeOf } from "./size_of.ts";

/** What a transaction has appended to a channel, under the offset of its last entry. */
export type Row =
  | { readonly at: number; readonly entries: readonly unknown[] }
  // As it was written when each entry had a row of its own.
  | Pick<LogEntry, "at" | "data">;

/** Where a channel stands, as it is stored. */
export interface ChannelHead extends LogHead {
  /** No row that ends before it is there any more. */
  readonly first: number;
}

export const noHead: ChannelHead = { offset: 0, at: 0, first: 1 };

/** Bytes of a row that has more than one entry, below what needs pieces. */
const maxRowSize = 50_000;
/** Entries that are too many before the rows that they are in are looked for: one look for many. */
const patience = 50;

export function headKey(channel: string): Key {
  return ["log_heads", channel];
}

export function rowKey(channel: string, last: number): Key {
  return ["log", channel, last];
}

export function dataOf(row: Row): readonly unknown[] {
  return "entries" in row ? row.entries : [row.data];
}

/** Rows of entries that follow the offset `before`, each with the offset of its last entry. */
export function rowsOf(data: readonly unknown[], before: number, at: number): { last: number; row: Row }[] {
  const rows: { last: number; row: Row }[] = [];
  let [first, size] = [0, 0];
  data.forEach((entry, index) => {
    const more = sizeOf(entry);
    if (index > first && size + more > maxRowSize) {
      rows.push({ last: before + index, row: { at, entries: data.slice(first, index) } });
      [first, size] = [index, 0];
    }
    size += more;
  });
  rows.push({ last: before + data.length, row: { at, entries: data.slice(first) } });
  return rows;
}

/** Up to `limit` rows of a channel none of whose entries follows `upTo`, and where what is left then begins. */
export async function prunable(
  kv: Deno.Kv,
  channel: string,
  first: number,
  upTo: number,
  limit: number,
): Promise<{ rows: { key: Key; value: unknown }[]; first: number }> {
  const rows: { key: Key; value: unknown }[] = [];
  if (limit === 0 || upTo - first + 1 < patience) return { rows, first };
  const selector = { start: [...rowKey(channel, first)], end: [...rowKey(channel, upTo + 1)] };
  for await (const { key, value } of kv.list(selector, { limit, batchSize: Math.min(limit, 50) })) {
    rows.push({ key: rowKey(channel, Number(key[2])), value });
  }
  const isAll = rows.length < limit;
  return { rows, first: isAll ? upTo + 1 : Number(rows.at(-1)?.key[2]) + 1 };
}
