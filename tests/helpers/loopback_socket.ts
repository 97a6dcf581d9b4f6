import type { WebSocketClass, WebSocketLike } from "../../lib/client/mod.ts";

/** The server's end of a connection. */
export interface Link {
  send(text: string): void;
  close(code: number, reason: string): void;
}

/** What a server does with one connection. */
export interface LinkEvents {
  receive(text: string): void;
  closed(): void;
}

type Listener = (event: never) => void;

/** A WebSocket class whose connections go to `accept` in this process; undefined: the connection is refused. */
export function loopbackWebSocket(
  accept: (link: Link, url: string) => LinkEvents | undefined,
): WebSocketClass {
  return class LoopbackSocket implements WebSocketLike {
    readonly #listeners = new Map<string, Listener[]>();
    #server: LinkEvents | undefined;
    #closed = false;

    constructor(readonly url: string) {
      queueMicrotask(() => this.#connect());
    }

    addEventListener(type: string, listener: Listener): void {
      this.#listeners.set(type, [...this.#listeners.get(type) ?? [], listener]);
    }

    send(text: string): void {
      queueMicrotask(() => this.#closed || this.#server?.receive(text));
    }

    close(): void {
      this.#end(1000, "");
    }

    #connect(): void {
      if (this.#closed) return;
      const link: Link = {
        send: (data) => queueMicrotask(() => this.#closed || this.#fire("message", { data })),
        close: (code, reason) => queueMicrotask(() => this.#end(code, reason)),
      };
      this.#server = accept(link, this.url);
      if (this.#server === undefined) this.#end(1006, "");
      else this.#fire("open", {});
    }

    #end(code: number, reason: string): void {
      if (this.#closed) return;
      this.#closed = true;
      this.#server?.closed();
      this.#fire("close", { code, reason });
    }

    #fire(type: string, event: object): void {
      for (const listener of this.#listeners.get(type) ?? []) listener(event as never);
    }
  };
}
