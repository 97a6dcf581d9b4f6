/**
 * A signal that aborts with the first of several, until it is disposed. `AbortSignal.any` is not enough: Deno 2.4 collects
 * what it makes as garbage, with its listeners, when nobody else holds it.
 */
export class FirstSignal implements Disposable {
  readonly #sources: readonly AbortSignal[];
  readonly #controller = new AbortController();
  readonly #onAbort = (): void => this.#follow();

  /** Listens to all of them. */
  constructor(...sources: readonly AbortSignal[]) {
    this.#sources = sources;
    for (const source of sources) source.addEventListener("abort", this.#onAbort);
    this.#follow();
  }

  /** Aborts with the first of them. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Listens to them no more. */
  [Symbol.dispose](): void {
    for (const source of this.#sources) source.removeEventListener("abort", this.#onAbort);
  }

  #follow(): void {
    const aborted = this.#sources.find((source) => source.aborted);
    if (aborted !== undefined) this.#controller.abort(aborted.reason);
  }
}
