import { z } from "zod";
import { describeIssue } from "../protocol/mod.ts";

const metagraphSchema = z.object({
  miners: z.array(z.object({
    hotkey: z.string().min(1).max(64),
    uid: z.number().int().min(0),
    blacklisted: z.boolean().default(false),
  })),
});

/** A miner as the metagraph, or the operator, has registered it. */
export interface Registration {
  readonly hotkey: string;
  readonly uid: number;
  readonly blacklisted: boolean;
}

/**
 * Reads a metagraph file's text.
 *
 * @param isAddress whether a text is an SS58 address
 * @throws {SyntaxError} that says what is wrong
 */
export function parseMetagraph(text: string, isAddress: (text: string) => boolean): Registration[] {
  const result = metagraphSchema.safeParse(JSON.parse(text));
  if (!result.success) throw new SyntaxError(describeIssue(result.error));
  const seen = new Set<string>();
  for (const { hotkey } of result.data.miners) {
    if (!isAddress(hotkey)) throw new SyntaxError(`hotkey "${hotkey}" is not an SS58 address with prefix 42`);
    if (seen.has(hotkey)) throw new SyntaxError(`hotkey ${hotkey} is listed twice`);
    seen.add(hotkey);
  }
  return result.data.miners;
}

/** A metagraph file that is read again whenever it has changed. */
export class MetagraphFile {
  readonly #path: string;
  readonly #isAddress: (text: string) => boolean;
  #seen: string | undefined;

  constructor(path: string, isAddress: (text: string) => boolean) {
    this.#path = path;
    this.#isAddress = isAddress;
  }

  /**
   * The miners in the file, or null when it has not changed since the last call.
   *
   * @throws {Error} when the file cannot be read or understood; said once for each version of it
   */
  async readIfChanged(): Promise<Registration[] | null> {
    const version = await this.#version();
    if (version === this.#seen) return null;
    this.#seen = version;
    try {
      return parseMetagraph(await Deno.readTextFile(this.#path), this.#isAddress);
    } catch (cause) {
      throw new Error(`Cannot read the metagraph ${this.#path}: ${(cause as Error).message}`, { cause });
    }
  }

  async #version(): Promise<string> {
    try {
      const { mtime, size, ino } = await Deno.stat(this.#path);
      return `${mtime?.getTime()} ${size} ${ino}`;
    } catch {
      return "missing";
    }
  }
}
