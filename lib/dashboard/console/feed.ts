/** Names of what the server tells. */
const eventNames = ["predictions", "activity", "audit", "games", "miners", "alerts", "lost"] as const;

/** Name of an event. */
export type EventName = typeof eventNames[number];

type Listener = (data: unknown) => void;

const patience = 2000;

/** What happens at the server, as it happens; comes back by itself. */
export class Feed {
  readonly #url: URL;
  readonly #refused: () => Promise<boolean>;
  readonly #listeners = new Map<EventName, Set<Listener>>();
  readonly #watchers = new Set<() => void>();
  #source: EventSource | undefined;
  #timer: number | undefined;
  #connected = false;

  /** `refused` finds out why there are no events, and answers whether to try again. */
  constructor(url: URL, refused: () => Promise<boolean>) {
    this.#url = url;
    this.#refused = refused;
  }

  get connected(): boolean {
    return this.#connected;
  }

  start(): void {
    const source = this.#source = new EventSource(this.#url);
    source.addEventListener("open", () => this.#set(true));
    source.addEventListener("error", () => {
      this.#set(false);
      if (source.readyState === EventSource.CLOSED) void this.#comeBack();
    });
    for (const name of eventNames) {
      source.addEventListener(name, ({ data }) => {
        const content: unknown = JSON.parse(data);
        for (const listener of this.#listeners.get(name) ?? []) listener(content);
      });
    }
  }

  stop(): void {
    this.#source?.close();
    this.#source = undefined;
    clearTimeout(this.#timer);
  }

  on(name: EventName, listener: Listener): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** As React's `useSyncExternalStore` takes it. */
  readonly watch = (watcher: () => void): () => void => {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  };

  async #comeBack(): Promise<void> {
    if (this.#source === undefined) return;
    if (!await this.#refused()) return;
    this.#timer = setTimeout(() => this.#source !== undefined && this.start(), patience);
  }

  #set(connected: boolean): void {
    if (this.#connected === connected) return;
    this.#connected = connected;
    for (const watcher of this.#watchers) watcher();
  }
}
