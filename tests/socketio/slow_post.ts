import type { PollingClient } from "./polling_client.ts";

/** A POST of a polling client whose body comes bit by bit, as bare TCP. */
export class SlowPost implements Disposable {
  readonly #connection: Deno.TcpConn;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /** Begins one of so many bytes. */
  static async begin({ url }: PollingClient, size: number): Promise<SlowPost> {
    const { hostname, port, pathname, search } = new URL(url);
    const post = new SlowPost(await Deno.connect({ hostname, port: Number(port) }));
    await post.write(
      `POST ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}\r\nContent-Length: ${size}\r\n\r\n`,
    );
    return post;
  }

  async write(text: string): Promise<void> {
    await this.#connection.write(new TextEncoder().encode(text));
  }

  /** What it is answered with. */
  async status(): Promise<number> {
    const answer = new Uint8Array(1024);
    await this.#connection.read(answer);
    return Number(new TextDecoder().decode(answer).split(" ")[1]);
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}
