/**
 * Lets through what was read once the standby has it as well, where the database waits for one. After a crash of the primary,
 * or where a wait was cancelled, there is to be seen what is gone once the standby takes over. A commit has waited for all
 * that was written before it, so one that begins after a read vouches for what was read, and one will do for all who wait.
 */
export class Barrier {
  readonly #commit: () => Promise<void>;
  #last: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  /** `commit` commits anything at all. */
  constructor(commit: () => Promise<void>) {
    this.#commit = commit;
  }

  /** Resolves once a commit that has begun after the call is kept as the database's settings say. */
  pass(): Promise<void> {
    this.#next ??= this.#last = this.#last.catch(() => {}).then(() => {
      this.#next = undefined;
      return this.#commit();
    });
    return this.#next;
  }
}
