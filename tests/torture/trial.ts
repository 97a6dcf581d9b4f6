import type { ServerProcess } from "../helpers/process.ts";
import type { Stage } from "./stage.ts";

/** What a trial must not cost. */
export interface Bound {
  /** Megabytes of memory that the server may take beyond what it had before. */
  readonly memory: number;
  /** Milliseconds that a bystander may wait for an answer, on a quiet machine; where work takes longer, as much longer. */
  readonly answer: number;
}

/** What came of a trial beside what it cost: nothing went wrong where `faults` is empty. */
export interface Findings {
  /** What the table says was done, in figures. */
  readonly said: string;
  /** What should not have happened. */
  readonly faults: readonly string[];
}

/** Something that is done to a server, and the bound that it must keep meanwhile. */
export interface Trial {
  /** One word or a few with hyphens, by which it is chosen. */
  readonly name: string;
  /** What is tried, as a sentence without its end. */
  readonly tried: string;
  readonly bound: Bound;
  /** Settings of the server that is tried. */
  readonly flags?: readonly string[];
  /** Whether it serves TLS; a bystander then sees no more than its health. */
  readonly tls?: boolean;
  /** Whether the store is on a disk of its own, `Stage.disk`. */
  readonly ownDisk?: boolean;
  /** Whether the store is a database, `Stage.database`; with `ownDisk` its tables are there. */
  readonly database?: boolean;
  /** Why it cannot be tried here. */
  readonly obstacle?: () => Promise<string | undefined>;
  run(stage: Stage): Promise<Findings>;
}

/** The bound of whatever should cost next to nothing. */
export const cheap: Bound = { memory: 100, answer: 250 };

/** Attackers work in a thread of their own, so that what a bystander waits for is the server's doing. */
export type Attack = (server: Target, signal: AbortSignal) => Promise<Findings>;

/** What an attacker knows of the server. */
export interface Target {
  readonly url: string;
  readonly hostname: string;
  readonly port: number;
  /** A topic that anybody may download, where the stage has one. */
  readonly topic?: string;
  readonly pid: ServerProcess["pid"];
}
