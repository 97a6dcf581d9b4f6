import { frameHead } from "../raw.ts";
import type { Attack } from "../trial.ts";
import { flood } from "./unfinished_frames.ts";

/** The same with the first fragment of a message. */
export const attack: Attack = (target, signal) =>
  flood(target, signal, frameHead(63 * 1024 * 1024, { final: false }));
