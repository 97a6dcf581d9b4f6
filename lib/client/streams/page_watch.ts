import type { Clock, Timer } from "../../protocol/clock.ts";

/** How long a page may be hidden before its connection is given up. */
const hiddenMs = 5000;

/** Begins or ends to call a listener with the events of a type, as documents do. */
export type Listen = (type: string, listener: () => void) => void;

/** What is used of a document. */
export interface Page {
  /** `hidden` while nobody sees it. */
  readonly visibilityState: string;
  /** As a document has it. */
  readonly addEventListener: Listen;
  /** As a document has it. */
  readonly removeEventListener: Listen;
  /** The window, which tells when the machine is online again. */
  readonly defaultView?:
    | { readonly addEventListener: Listen; readonly removeEventListener: Listen }
    | null
    | undefined;
}

interface PageEvents {
  readonly hidden: () => void;
  readonly visible: () => void;
  readonly online: () => void;
}

/** Watches whether anybody can see a page, and whether its machine is online. */
export class PageWatch {
  readonly #page: Page;
  readonly #clock: Clock;
  readonly #events: PageEvents;
  readonly #look = () => this.#looked();
  readonly #online = () => this.#events.online();
  #timer: Timer | undefined;

  /** `hidden` is called when the page has been hidden for a while, `visible` whenever it is seen again. */
  constructor(page: Page, clock: Clock, events: PageEvents) {
    this.#page = page;
    this.#clock = clock;
    this.#events = events;
  }

  start(): void {
    this.#page.addEventListener("visibilitychange", this.#look);
    this.#page.defaultView?.addEventListener("online", this.#online);
    if (this.#page.visibilityState === "hidden") this.#looked();
  }

  stop(): void {
    this.#page.removeEventListener("visibilitychange", this.#look);
    this.#page.defaultView?.removeEventListener("online", this.#online);
    this.#timer?.cancel();
  }

  #looked(): void {
    this.#timer?.cancel();
    if (this.#page.visibilityState !== "hidden") return this.#events.visible();
    this.#timer = this.#clock.after(hiddenMs, this.#events.hidden);
  }
}
