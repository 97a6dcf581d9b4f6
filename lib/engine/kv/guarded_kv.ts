import { type Clock, systemClock } from "../../protocol/mod.ts";
import type { StoreGuard } from "./store_guard.ts";

/** Milliseconds for which a write waits for what other processes write, and between two attempts at most. */
const [patience, longestPause] = [10_000, 50];

/**
 * The same store, whose writes wait where another process is just writing, and count only once the guard has found the
 * store sound after them. On a file that several processes share SQLite refuses some writes at once ("database is
 * locked"), before anything is written.
 */
export function guardedKv(database: Deno.Kv, guard: StoreGuard, clock: Clock = systemClock): Deno.Kv {
  /** Throws what is wrong with the store where an error shows it, or else the error. */
  const explain = (error: unknown): never => {
    guard.check();
    if (isDamaged(error)) throw guard.fail(`is damaged: ${error.message}`);
    throw error;
  };
  const confirm = async () => {
    const end = clock.elapsed() + patience;
    while (!guard.check()) {
      if (clock.elapsed() >= end) throw guard.fail("has a damaged -shm file");
      // SQLite reads once the other process has written its index, or writes it itself where that one has ended.
      await database.get(["schema_version"]).catch(explain);
    }
  };
  const write: Act = async (act) => {
    guard.assertSound();
    const result = await patiently(act, clock).catch(explain);
    await confirm();
    return result;
  };
  const read: Act = (act) => act().catch(explain);
  const acts: Readonly<Record<string, Act>> = { set: write, delete: write, get: read, getMany: read };
  return new Proxy(database, {
    get(_, name) {
      const member: unknown = Reflect.get(database, name, database);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        const act = acts[String(name)];
        if (act !== undefined) return act(() => member.apply(database, args));
        if (name === "close" || name === Symbol.dispose) guard.close();
        const result: unknown = member.apply(database, args);
        if (name === "list") return reading(result as Deno.KvListIterator<unknown>, read);
        return name === "atomic" ? committing(result as Deno.AtomicOperation, write) : result;
      };
    },
  });
}

/** Of an atomic operation only the commit does something; its `set` and `delete` answer the operation itself. */
function committing(operation: Deno.AtomicOperation, write: Act): Deno.AtomicOperation {
  const commit = operation.commit.bind(operation);
  return Object.assign(operation, { commit: () => write(commit) });
}

/** A list is read as it is gone through. */
function reading(list: Deno.KvListIterator<unknown>, read: Act): Deno.KvListIterator<unknown> {
  const next = list.next.bind(list);
  return Object.assign(list, { next: () => read(next) as ReturnType<typeof next> });
}

type Act = (act: () => Promise<unknown>) => Promise<unknown>;

/** Tries again for as long as the store is locked. */
export async function patiently<T>(act: () => Promise<T>, clock: Clock = systemClock): Promise<T> {
  const end = clock.elapsed() + patience;
  for (let pause = 2;; pause = Math.min(longestPause, 2 * pause)) {
    try {
      return await act();
    } catch (error) {
      if (!isLocked(error) || clock.elapsed() >= end) throw error;
    }
    // Not all at the same time again.
    await new Promise<void>((resolve) => clock.after(pause * Math.random(), resolve));
  }
}

/** Deno KV gives its errors no code: what SQLite said is in their text alone. */
function isLocked(error: unknown): boolean {
  return error instanceof Error && error.message.includes("database is locked");
}

/** Whether SQLite itself has found its file damaged; see {@link isLocked}. */
export function isDamaged(error: unknown): error is Error {
  return error instanceof Error && /malformed|not a database/.test(error.message);
}
