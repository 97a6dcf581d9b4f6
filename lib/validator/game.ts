import type { NewGame } from "../protocol/mod.ts";

/** A game that is known, as miners were told of it last. */
export interface Game extends NewGame {
  readonly changedAt: number;
  /** The offset of the update that said so. */
  readonly offset: number;
}
