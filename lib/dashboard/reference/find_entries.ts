/** Something that can be found. */
export interface Findable {
  readonly title: string;
  /** All that it says. */
  readonly text: string;
}

/** Those that have every word that is looked for, best first: what is named so comes before what only mentions it. */
export function findEntries<Entry extends Findable>(entries: readonly Entry[], wanted: string): Entry[] {
  const words = wanted.toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return [];
  return entries
    .map((entry) => ({ entry, rank: rankOf(entry, words) }))
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank)
    .map(({ entry }) => entry);
}

function rankOf({ title, text }: Findable, words: readonly string[]): number {
  const [name, all] = [title.toLowerCase(), text.toLowerCase()];
  const ranks = words.map((word) =>
    name.startsWith(word) ? 3 : name.includes(word) ? 2 : all.includes(word) ? 1 : 0
  );
  return ranks.some((rank) => rank === 0) ? 0 : ranks.reduce<number>((sum, rank) => sum + rank, 0);
}
