import manifest from "../../deno.json" with { type: "json" };

/** Which program this is. */
interface BuildInfo {
  /** As deno.json names it, or the tag of the commit that a binary was compiled from. */
  readonly version: string;
  /** The commit that a binary was compiled from, with `-dirty` where files had changed; undefined in a checkout. */
  readonly commit: string | undefined;
}

/** What is known of this program: a binary carries a stamp of when it was compiled. */
export const buildInfo: BuildInfo = { version: manifest.version, commit: undefined, ...readStamp() };

function readStamp(): Partial<BuildInfo> {
  if (!Deno.build.standalone) return {};
  try {
    const { version = manifest.version, commit } = JSON.parse(
      Deno.readTextFileSync(`${import.meta.dirname}/build.json`),
    );
    return { version: String(version), commit: typeof commit === "string" ? commit : undefined };
  } catch {
    // Somebody compiled main.ts without scripts/compile.ts; the program does not need the stamp.
    return {};
  }
}
