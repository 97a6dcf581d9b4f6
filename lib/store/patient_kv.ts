import { type Clock, systemClock } from "../protocol/mod.ts";

/** Milliseconds for which a write waits for other processes' writes, and between two attempts at most. */
const [patience, longestPause] = [10_000, 50];

/**
 * The same store, whose writes wait where another process is just writing. On a file that several processes share SQLite
 * refuses some of them at once ("database is locked"), before anything is written.
 */
export function patientKv(database: Deno.Kv, clock: Clock = systemClock): Deno.Kv {
  return wrap(database, ["set", "delete"], clock);
}

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

function wrap<T extends object>(target: T, writes: readonly string[], clock: Clock): T {
  const wrapped: T = new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        if (writes.includes(String(name))) return patiently(() => member.apply(target, args), clock);
        const result: unknown = member.apply(target, args);
        if (name === "atomic") return wrap(result as Deno.AtomicOperation, ["commit"], clock);
        return result === target ? wrapped : result;
      };
    },
  });
  return wrapped;
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && error.message.includes("database is locked");
}
