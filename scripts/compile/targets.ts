/** What a binary can be made for, as `deno compile --target` spells it. */
export const targets = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
] as const;
/** One of {@link targets}. */
export type Target = typeof targets[number];

/** Where the binary goes, below the repository; without a target it is this machine's. */
export function outputOf(target: Target | undefined): string {
  const name = target === undefined ? "heliograph" : `heliograph-${target}`;
  return `dist/${name}${(target ?? Deno.build.target).includes("windows") ? ".exe" : ""}`;
}

/** A target by its name; throws a {@link TypeError} that lists them all. */
export function readTarget(name: string): Target {
  const found = targets.find((target) => target === name);
  if (found !== undefined) return found;
  throw new TypeError(`Cannot compile for "${name}", expected ${targets.join(", ")}`);
}
