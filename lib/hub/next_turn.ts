import { setImmediate } from "node:timers";
import { systemClock } from "../protocol/clock.ts";

/** Resolves in the next turn of the event loop, which need not have looked for what has come in. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/**
 * Resolves when requests and sockets that wait have had a turn. For who goes on working: the runtime looks for what has come
 * in before it runs a timer, and lets dozens of immediates run between two looks.
 */
export function afterOthers(): Promise<void> {
  return new Promise((resolve) => void systemClock.after(0, resolve));
}
