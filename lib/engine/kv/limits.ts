// Deno KV takes at most 1,000 mutations and 800 KiB in one commit, and 64 KiB in one value.
const maxMutations = 500;
const maxCommitSize = 600 * 1024;

/** Characters of signed text (all ASCII) that fit into one stored value beside what else is in it. */
export const maxTextLength = 60_000;

/** Deletes all keys that begin like this. */
export async function deleteBelow(database: Deno.Kv, prefix: Deno.KvKey): Promise<void> {
  let commit = database.atomic();
  let mutations = 0;
  for await (const { key } of database.list({ prefix }, { batchSize: 20 })) {
    commit.delete(key);
    mutations += 1;
    if (mutations % maxMutations > 0) continue;
    await commit.commit();
    commit = database.atomic();
  }
  if (mutations % maxMutations > 0) await commit.commit();
}

/** Sets one key for each item, with as many items in a commit as the store takes. */
export async function writeInChunks<T>(
  database: Deno.Kv,
  items: readonly T[],
  entry: (item: T) => { key: Deno.KvKey; value: T; size: number },
): Promise<void> {
  let commit = database.atomic();
  let mutations = 0;
  let size = 0;
  for (const item of items) {
    const { key, value, size: more } = entry(item);
    if (mutations === maxMutations || size + more > maxCommitSize) {
      await commit.commit();
      [commit, mutations, size] = [database.atomic(), 0, 0];
    }
    commit.set(key, value);
    mutations += 1;
    size += more;
  }
  if (mutations > 0) await commit.commit();
}
