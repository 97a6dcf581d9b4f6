/** What a new file must be before it takes the place of the old one. */
interface Replacement {
  /** Where it comes to be. */
  readonly path: string;
  /** Writes it elsewhere. */
  readonly make: (path: string) => Promise<void>;
  /** Tries it, and rejects where it is of no use. */
  readonly check: (path: string) => Promise<void>;
}

/** Replaces a file by one that was made and tried; whatever fails, the old one stays. */
export async function replace({ path, make, check }: Replacement): Promise<void> {
  const [folder, name] = [path.replace(/\/[^/]*$/, ""), path.replace(/^.*\//, "")];
  await Deno.mkdir(folder, { recursive: true });
  // On the same disk, so that it can be renamed in one step.
  const workshop = await Deno.makeTempDir({ dir: folder, prefix: ".new-" });
  try {
    await make(`${workshop}/${name}`);
    await check(`${workshop}/${name}`);
    await Deno.rename(`${workshop}/${name}`, path);
  } finally {
    await Deno.remove(workshop, { recursive: true });
  }
}
