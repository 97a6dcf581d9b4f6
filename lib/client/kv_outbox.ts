import type { Outbox, OutboxEntry } from "./outbox.ts";

/** What one atomic commit may hold; Deno KV allows 1000 mutations and 800 KiB. */
const commitMutations = 500;
const commitBytes = 512 * 1024;
/** Deno KV allows 64 KiB for a value; what it adds to the text takes little. */
const largestText = 64_000;

interface Write {
  readonly key: Deno.KvKey;
  /** Undefined: delete. */
  readonly value: unknown;
  readonly bytes: number;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** An outbox in a Deno KV database, which may hold many of them. Writes made together are committed together. */
export class KvOutbox implements Outbox {
  readonly #kv: Deno.Kv;
  readonly #scope: Deno.KvKey;
  #queue: Write[] = [];
  #writing = false;

  /** `scope` tells outboxes in the same database apart, such as by miner and validator. */
  constructor(kv: Deno.Kv, scope: Deno.KvKey) {
    this.#kv = kv;
    this.#scope = scope;
  }

  add(entry: OutboxEntry): Promise<void> {
    const bytes = new TextEncoder().encode(entry.text).length;
    if (bytes > largestText) {
      return Promise.reject(
        new RangeError(`Cannot keep prediction ${entry.id}: it has ${bytes} bytes, at most ${largestText}`),
      );
    }
    return this.#write(this.#key(entry), { id: entry.id, text: entry.text }, bytes);
  }

  remove(entry: OutboxEntry): Promise<void> {
    return this.#write(this.#key(entry), undefined);
  }

  async entries(): Promise<OutboxEntry[]> {
    const entries: OutboxEntry[] = [];
    const found = this.#kv.list<{ id: string; text: string }>({ prefix: [...this.#scope, "prediction"] });
    for await (const { key, value } of found) entries.push({ ...value, order: Number(key.at(-2)) });
    return entries;
  }

  async get(name: string): Promise<string | undefined> {
    return (await this.#kv.get<string>([...this.#scope, "value", name])).value ?? undefined;
  }

  set(name: string, value: string): Promise<void> {
    return this.#write([...this.#scope, "value", name], value);
  }

  #key({ order, id }: OutboxEntry): Deno.KvKey {
    return [...this.#scope, "prediction", order, id];
  }

  #write(key: Deno.KvKey, value: unknown, bytes = 0): Promise<void> {
    const { promise, resolve: done, reject: failed } = Promise.withResolvers<void>();
    this.#queue.push({ key, value, bytes: bytes + 200, done, failed });
    if (!this.#writing) void this.#flush();
    return promise;
  }

  async #flush(): Promise<void> {
    this.#writing = true;
    // Writes of the same turn are to share the first commit as well.
    await Promise.resolve();
    while (this.#queue.length > 0) await this.#commit(this.#take());
    this.#writing = false;
  }

  #take(): Write[] {
    let bytes = 0;
    const end = this.#queue.findIndex((write, index) =>
      (bytes += write.bytes) > commitBytes && index > 0 || index === commitMutations
    );
    return this.#queue.splice(0, end === -1 ? this.#queue.length : end);
  }

  async #commit(writes: readonly Write[]): Promise<void> {
    try {
      const atomic = this.#kv.atomic();
      for (const { key, value } of writes) {
        if (value === undefined) atomic.delete(key);
        else atomic.set(key, value);
      }
      await atomic.commit();
      for (const { done } of writes) done();
    } catch (error) {
      for (const { failed } of writes) failed(error);
    }
  }
}
