import type { Store } from "../store.ts";

/** Something that happened to a server, as charts mark it. */
export interface ServerMark {
  /** In milliseconds since the Unix epoch. */
  readonly at: number;
  readonly kind: "start" | "drain";
  /** Of the program. */
  readonly version: string;
}

/** A server that starts again and again is not told of more often. */
const mostMarks = 1000;

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

  /** Keeps a mark of a server, for about `lifetime` milliseconds. */
  async putMark(server: string, mark: ServerMark, lifetime: number): Promise<void> {
    await this.#store.set(["marks", server, mark.at, mark.kind], mark, { expireIn: lifetime });
  }

  /** The newest marks of a server, oldest first. */
  async marks(server: string): Promise<ServerMark[]> {
    const marks: ServerMark[] = [];
    const newest = { prefix: ["marks", server], limit: mostMarks, reverse: true } as const;
    for await (const { value } of this.#store.list<ServerMark>(newest)) marks.push(value);
    return marks.reverse();
  }
}
