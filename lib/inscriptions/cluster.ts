/** The servers that share a store, as far as their jobs are concerned. */
export interface Cluster {
  /**
   * This server's name, which no other living one has. Whatever is under it at the start is left from a former life; should
   * two have the same name all the same, they take each other's jobs away, of which none is lost.
   */
  readonly self: string;
  /** The names of those that live. One that lives and is missing loses its jobs to the others, and nothing else. */
  living(): Promise<ReadonlySet<string>>;
}

/** One server that has its store for itself. */
export const alone: Cluster = {
  self: "alone",
  living: () => Promise.resolve(new Set(["alone"])),
};
