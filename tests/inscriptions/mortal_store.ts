import type { Engine } from "../../lib/engine/mod.ts";
import { FaultyEngine } from "../helpers/faulty_engine.ts";

/** How a store ends: before the write that is its last, or right after it, when nobody hears of it any more. */
export interface Death {
  readonly afterWrites: number;
  readonly keepsLast: boolean;
}

/** A store that dies at one of its writes, as a killed process would let it; everything fails from then on. */
export function mortal(
  engine: Engine,
  { afterWrites, keepsLast }: Death,
): { store: Engine; died: Promise<void> } {
  const died = Promise.withResolvers<void>();
  let left = afterWrites;
  const dead = () => new Error("the store is dead");

  class Mortal extends FaultyEngine {
    override get<T>(...read: Parameters<Engine["get"]>): Promise<T | null> {
      return left > 0 ? super.get<T>(...read) : Promise.reject(dead());
    }

    override getMany<T>(...read: Parameters<Engine["getMany"]>): Promise<(T | null)[]> {
      return left > 0 ? super.getMany<T>(...read) : Promise.reject(dead());
    }
  }

  const store = new Mortal(engine);
  store.interfere(async (write) => {
    left -= 1;
    if (left > 0) return await write();
    if (left < 0) throw dead();
    try {
      if (keepsLast) await write();
    } finally {
      died.resolve();
    }
    throw dead();
  });
  return { store, died: died.promise };
}
