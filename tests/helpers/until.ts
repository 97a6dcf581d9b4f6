import { settle } from "./fake_clock.ts";

/** Milliseconds of real time after which what does not come is a fault, however slow the machine is. */
const patience = 60_000;

/**
 * Waits until something holds; `step` lets others go on meanwhile.
 *
 * @throws {Error} that says what was waited for, after a minute of real time
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string = holds.toString(),
  step: () => Promise<unknown> = settle,
): Promise<void> {
  const start = performance.now();
  while (!await holds()) {
    if (performance.now() - start > patience) throw late(what, patience);
    await step();
  }
}

/** The same for a value, which is undefined until it is there. */
export async function untilThere<T>(
  read: () => T | undefined | Promise<T | undefined>,
  what: string,
  step: () => Promise<unknown> = settle,
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

function late(what: string, milliseconds: number): Error {
  return new Error(`Waited ${milliseconds / 1000} s in vain for ${what}`);
}
