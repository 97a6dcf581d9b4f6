/** How a store ends: before the write that is its last, or right after it, when nobody hears of it any more. */
export interface Death {
  readonly afterWrites: number;
  readonly keepsLast: boolean;
}

const writes = ["set", "delete", "commit"];

/** A store that dies at one of its writes, as a killed process would let it; everything fails from then on. */
export function mortal(
  database: Deno.Kv,
  { afterWrites, keepsLast }: Death,
): { kv: Deno.Kv; died: Promise<void> } {
  const died = Promise.withResolvers<void>();
  let left = afterWrites;
  const fail = () => Promise.reject(new Error("the store is dead"));

  async function write(act: () => Promise<unknown>): Promise<unknown> {
    left -= 1;
    if (left > 0) return await act();
    if (left < 0) return fail();
    try {
      if (keepsLast) await act();
    } finally {
      died.resolve();
    }
    return fail();
  }

  function wrap<T extends object>(target: T): T {
    return new Proxy(target, {
      get(_, name) {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== "function") return member;
        return (...args: unknown[]) => {
          const call = () => member.apply(target, args);
          if (writes.includes(String(name)) && (name === "commit" || target === database)) return write(call);
          if (left <= 0 && String(name).startsWith("get")) return fail();
          const result: unknown = call();
          return result === target || name === "atomic" ? wrap(result as object) : result;
        };
      },
    });
  }

  return { kv: wrap(database), died: died.promise };
}
