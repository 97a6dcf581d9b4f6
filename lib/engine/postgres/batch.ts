/** Asks at once for all that is asked for, one by one, in the same turn. */
export class Batch<T> {
  readonly #read: (names: readonly string[]) => Promise<ReadonlyMap<string, T>>;
  #names: Set<string> | undefined;
  #reading: Promise<ReadonlyMap<string, T>> | undefined;

  constructor(read: (names: readonly string[]) => Promise<ReadonlyMap<string, T>>) {
    this.#read = read;
  }

  /** What there is under a name; undefined where there is nothing. */
  async get(name: string): Promise<T | undefined> {
    const names = this.#names ??= new Set();
    names.add(name);
    this.#reading ??= Promise.resolve().then(() => {
      this.#names = this.#reading = undefined;
      return this.#read([...names]);
    });
    return (await this.#reading).get(name);
  }
}
