import type { Timer } from "../../protocol/clock.ts";
import { systemClock } from "../../protocol/clock.ts";
import { StreamClient } from "../stream_client.ts";
import type { StreamClientOptions } from "./options.ts";

/** How long a client outlasts the last one who used it: components go and come back. */
const graceMs = 1000;

/** What tells one client from another. */
export interface SharedClientOptions {
  /** Where it connects. */
  readonly url: string;
  /** False: the client is closed when its connection ends. */
  readonly reconnect?: boolean | undefined;
  /** Milliseconds. */
  readonly reconnectInterval?: number | undefined;
}

/** A client that is shared, until it is released. */
export interface StreamLease {
  /** Shared by all who ask for the same. */
  readonly client: StreamClient;
  /** Says that it is not needed here any more. */
  release(): void;
}

interface Entry {
  readonly client: StreamClient;
  users: number;
  grace: Timer | undefined;
}

/** One client for all who want the same. */
export class StreamRegistry {
  readonly #common: Omit<StreamClientOptions, keyof SharedClientOptions>;
  readonly #entries = new Map<string, Entry>();

  /** `common`: what all clients are made with. */
  constructor(common: Omit<StreamClientOptions, keyof SharedClientOptions> = {}) {
    this.#common = common;
  }

  /** How many clients there are. */
  get size(): number {
    return this.#entries.size;
  }

  /** Throws what the making of a client throws: a SyntaxError for a URL that cannot be used, or a RangeError. */
  acquire({ url, reconnect, reconnectInterval }: SharedClientOptions): StreamLease {
    const key = JSON.stringify([url, reconnect ?? true, reconnectInterval ?? null]);
    const entry = this.#entries.get(key) ?? {
      client: new StreamClient({ ...this.#common, url, reconnect, reconnectInterval }),
      users: 0,
      grace: undefined,
    };
    this.#entries.set(key, entry);
    entry.users += 1;
    entry.grace?.cancel();
    const letGo = entry.client.hold();
    let held = true;
    const release = () => {
      if (!held) return;
      held = false;
      letGo();
      this.#leave(key, entry);
    };
    return { client: entry.client, release };
  }

  #leave(key: string, entry: Entry): void {
    entry.users -= 1;
    if (entry.users > 0) return;
    entry.grace = (this.#common.clock ?? systemClock).after(graceMs, () => {
      this.#entries.delete(key);
      entry.client.close();
    });
  }
}
