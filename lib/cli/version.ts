import manifest from "../../deno.json" with { type: "json" };

/** The version of this program. */
export const version: string = manifest.version;
