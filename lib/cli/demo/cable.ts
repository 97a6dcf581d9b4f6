import type { WebSocketClass, WebSocketLike } from "../../client/mod.ts";

/** What gets through between a miner and its validator. */
type CableState = "whole" | "cut" | "http only";

/** The network between one miner and its validator, which the demo can cut, or let carry nothing but HTTP. */
export class Cable {
  readonly WebSocket: WebSocketClass;
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>;
  readonly #sockets = new Set<CutSocket>();
  #state: CableState = "whole";

  constructor() {
    const open = (socket: CutSocket) => this.#sockets.add(socket);
    const isWhole = () => this.#state === "whole";
    this.WebSocket = class extends CutSocket {
      constructor(url: string) {
        super(url, isWhole());
        open(this);
      }
    };
    this.fetch = async (url, init) => {
      if (this.#state === "cut") throw new TypeError("the network is cut");
      return await fetch(url, init);
    };
  }

  get state(): CableState {
    return this.#state;
  }

  set state(state: CableState) {
    this.#state = state;
    if (state === "whole") return;
    for (const socket of this.#sockets) socket.cut();
    this.#sockets.clear();
  }
}

interface Listeners {
  readonly open: (() => void)[];
  readonly message: ((event: { readonly data: unknown }) => void)[];
  readonly close: ((event: { readonly code: number; readonly reason: string }) => void)[];
}

/** A WebSocket that can be cut off without a word to the other side's program. */
class CutSocket implements WebSocketLike {
  readonly #socket: WebSocket | undefined;
  readonly #listeners: Listeners = { open: [], message: [], close: [] };
  #isCut = false;

  constructor(url: string, reachable: boolean) {
    if (!reachable) {
      setTimeout(() => this.cut(), 0);
      return;
    }
    this.#socket = new WebSocket(url);
    this.#socket.onopen = () => this.#emit("open", undefined);
    this.#socket.onmessage = ({ data }) => this.#emit("message", { data });
    this.#socket.onclose = ({ code, reason }) => this.#emit("close", { code, reason });
  }

  addEventListener<Name extends keyof Listeners>(name: Name, listener: Listeners[Name][number]): void {
    (this.#listeners[name] as Listeners[Name][number][]).push(listener);
  }

  send(text: string): void {
    if (!this.#isCut) this.#socket?.send(text);
  }

  close(code?: number, reason?: string): void {
    this.#socket?.close(code, reason);
  }

  cut(): void {
    if (this.#isCut) return;
    this.#emit("close", { code: 1006, reason: "" });
    this.#isCut = true;
    this.#socket?.close();
  }

  #emit<Name extends keyof Listeners>(name: Name, event: Parameters<Listeners[Name][number]>[0]): void {
    if (this.#isCut) return;
    for (const listener of this.#listeners[name]) (listener as (event: unknown) => void)(event);
  }
}
