/** Levenshtein's distance: how many characters to insert, drop or change. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (const [i, character] of [...from].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...to].entries()) {
      const change = (row[j] ?? 0) + (character === other ? 0 : 1);
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** The same for `log.level`, `log_level`, `LOG-LEVEL`. */
const folded = (name: string) => name.toLowerCase().replaceAll(/[-.]/g, "_");

/** The name among `known` that `name` was most likely meant to be, if any comes near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const wanted = folded(name.slice(0, 100));
  const same = known.find((candidate) => folded(candidate) === wanted) ??
    known.find((candidate) => folded(candidate).endsWith(`_${wanted}`));
  if (same !== undefined) return same;
  const ranked = known.map((candidate) => ({ candidate, far: distance(wanted, folded(candidate)) }));
  const best = ranked.sort((a, b) => a.far - b.far)[0];
  return best !== undefined && best.far <= Math.max(2, wanted.length / 4) ? best.candidate : undefined;
}
