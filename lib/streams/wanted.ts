import type { Position } from "../protocol/mod.ts";
import type { Stream } from "./stream.ts";

/** A stream that somebody wants, from where on. */
export interface Wanted {
  readonly stream: Stream;
  readonly position: Position | undefined;
}
