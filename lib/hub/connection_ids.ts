const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";
const prefixLength = 5;

/** Gives connections ids that no other connection has, of this run of the program or an earlier one: logs outlive it. */
export class ConnectionIds {
  readonly #prefix = `c${randomText(prefixLength)}`;
  #last = 0;

  /** Such as `c8f3ak12`: a random beginning that all ids of this run share, then a count. */
  next(): string {
    return this.#prefix + (this.#last += 1).toString(36);
  }
}

function randomText(length: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => alphabet[byte % alphabet.length]).join("");
}
