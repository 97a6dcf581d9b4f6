import type { Store } from "../store.ts";

/** Pages of a server's history, each range apart. Bounded: pages go by themselves. */
export class FigureRepository {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Keeps a page, for about `lifetime` milliseconds. */
  async put(
    server: string,
    range: string,
    page: { readonly first: number },
    lifetime: number,
  ): Promise<void> {
    await this.#store.set(["figures", server, range, page.first], page, { expireIn: lifetime });
  }

  /** The pages of a range that are kept, oldest first. */
  async list<Page>(server: string, range: string, limit: number): Promise<Page[]> {
    const pages: Page[] = [];
    const newest = { prefix: ["figures", server, range], limit, reverse: true } as const;
    for await (const { value } of this.#store.list<Page>(newest)) pages.push(value);
    return pages.reverse();
  }
}
