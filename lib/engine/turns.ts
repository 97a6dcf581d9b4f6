/** Has what is done under a name done one after the other, in the order in which it came. */
export class Turns {
  /** The last one under each name under which something is done. */
  readonly #last = new Map<string, Promise<unknown>>();

  async take<T>(name: string, act: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(name) ?? Promise.resolve()).then(act);
    // Whoever comes next goes on, whatever became of this one.
    const over = turn.catch(() => {}).finally(() => {
      if (this.#last.get(name) === over) this.#last.delete(name);
    });
    this.#last.set(name, over);
    return await turn;
  }
}
