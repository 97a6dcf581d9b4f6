import { settle } from "./fake_clock.ts";

/** Milliseconds of real time after which what does not come is a fault, however slow the machine is. */
const patience = 60_000;
/** Looks at once, one after the other, before there is a pause of so many milliseconds between two. */
const [looksAtOnce, pause] = [200, 20];

/**
 * Waits until something holds; `step` lets others go on meanwhile. Where it takes longer, those that are waited for are left the
 * processor.
 *
 * @throws {Error} that says what was waited for, after a minute of real time
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string = holds.toString(),
  step: (looks: number) => Promise<unknown> = goOn,
): Promise<void> {
  const start = performance.now();
  for (let looks = 1; !await holds(); looks += 1) {
    if (performance.now() - start > patience) throw late(what, patience);
    await step(looks);
  }
}

/** The same for a value, which is undefined until it is there. */
export async function untilThere<T>(
  read: () => T | undefined | Promise<T | undefined>,
  what: string,
  step: (looks: number) => Promise<unknown> = goOn,
): Promise<T> {
  let value: T | undefined;
  await until(async () => (value = await read()) !== undefined, what, step);
  return value as T;
}

/**
 * What a promise comes to.
 *
 * @throws {Error} that says what was waited for, after so many milliseconds of real time
 */
export async function inTime<T>(coming: Promise<T>, what: string, milliseconds = patience): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(late(what, milliseconds)), milliseconds);
  try {
    return await Promise.race([coming, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function goOn(looks: number): Promise<void> {
  return looks < looksAtOnce ? settle() : new Promise((resolve) => setTimeout(resolve, pause));
}

function late(what: string, milliseconds: number): Error {
  return new Error(`Waited ${milliseconds / 1000} s in vain for ${what}`);
}
