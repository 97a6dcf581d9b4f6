import { Rendering } from "../http/answers.ts";

const maxKept = 8;

/** Renders an answer once, however many ask for it. */
export class RenderCache {
  readonly #kept = new Map<string, Rendering>();
  #state = "";

  /** The answer to `key`, which stays what it is for as long as `state` does. */
  get(state: string, key: string, render: () => string): Rendering {
    if (state !== this.#state || this.#kept.size >= maxKept) this.#kept.clear();
    this.#state = state;
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const rendering = new Rendering(render());
    this.#kept.set(key, rendering);
    return rendering;
  }
}
