import type { MinerDay } from "../../protocol/mod.ts";

const [slots, step, bar, height] = [48, 3, 2, 16];

/** A day in half hours: predictions accepted, refused, or none. */
export function DayStrip({ day }: { readonly day: MinerDay | undefined }) {
  const { accepted = [], refused = [] } = day ?? {};
  const counts = Array.from(
    { length: slots },
    (_, index) => [accepted[index] ?? 0, refused[index] ?? 0] as const,
  );
  const active = counts.filter(([good, bad]) => good + bad > 0).length;
  const says = `Predicted in ${active} of the last ${slots} half hours, ${sum(accepted)} accepted, ${
    sum(refused)
  } refused`;
  return (
    <svg
      className="strip"
      viewBox={`0 0 ${slots * step} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={says}
    >
      <title>{says}</title>
      <path data-part="ground" d={bars(counts.map(([good, bad]) => good + bad > 0 ? [0, 0] : [0, 1]))} />
      <path
        data-part="accepted"
        d={bars(counts.map(([good, bad]) => [0, good === 0 ? 0 : height - refusedOf(good, bad)]))}
      />
      <path
        data-part="refused"
        d={bars(counts.map(([good, bad]) => [height - refusedOf(good, bad), refusedOf(good, bad)]))}
      />
    </svg>
  );
}

function sum(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** How high the part of the refused ones is: seen however few they are. */
function refusedOf(accepted: number, refused: number): number {
  if (refused === 0) return 0;
  return Math.max(3, Math.round(height * refused / (accepted + refused)));
}

/** Bars that begin so high above the ground and are so high. */
function bars(places: readonly (readonly [start: number, size: number])[]): string {
  return places.map(([start, size], index) =>
    size === 0 ? "" : `M${index * step} ${height - start}h${bar}v${-size}h${-bar}z`
  ).join("");
}
