/** A prediction that waits until its validator has decided on it. */
export interface OutboxEntry {
  /** The `prediction_id`. */
  readonly id: string;
  /** The prediction rendered as signed text, so that it is the same content however often it is sent. */
  readonly text: string;
  /** Entries come back in this order. */
  readonly order: number;
}

/** Keeps one miner's undecided predictions for one validator, and the little else that outlives the process. */
export interface Outbox {
  /** Resolves once the entry is kept as safely as this outbox can. */
  add(entry: OutboxEntry): Promise<void>;
  /** Forgets an entry; one that is not there is no error. */
  remove(entry: OutboxEntry): Promise<void>;
  /** All entries, in their order. */
  entries(): Promise<OutboxEntry[]>;
  /** A value kept under a name. */
  get(name: string): Promise<string | undefined>;
  /** Keeps what the client knows by this name. */
  set(name: string, value: string): Promise<void>;
}

/** An outbox that lasts as long as the process. */
export class MemoryOutbox implements Outbox {
  readonly #entries = new Map<string, OutboxEntry>();
  readonly #values = new Map<string, string>();

  add(entry: OutboxEntry): Promise<void> {
    this.#entries.set(entry.id, entry);
    return Promise.resolve();
  }

  remove({ id }: OutboxEntry): Promise<void> {
    this.#entries.delete(id);
    return Promise.resolve();
  }

  entries(): Promise<OutboxEntry[]> {
    return Promise.resolve([...this.#entries.values()].sort((a, b) => a.order - b.order));
  }

  get(name: string): Promise<string | undefined> {
    return Promise.resolve(this.#values.get(name));
  }

  /** Keeps it until the process ends. */
  set(name: string, value: string): Promise<void> {
    this.#values.set(name, value);
    return Promise.resolve();
  }
}
