import type { Receipt } from "../protocol/mod.ts";

/** How a client stands with its validator. */
export type ClientState = "connecting" | "authenticated" | "http" | "waiting" | "closed";

/** A prediction was accepted. */
export interface ConfirmationEvent {
  /** What tells the events apart. */
  readonly type: "confirmation";
  /** The validator's WebSocket URL. */
  readonly validator: string;
  /** As it was submitted. */
  readonly predictionId: string;
  /** The validator had it before: it was sent more than once. */
  readonly duplicate: boolean;
  /** What the validator vouches for; undefined where it gives no receipts. */
  readonly receipt: Receipt | undefined;
  /** `data` of the validator's message. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The signed message as received, which proves it to others. */
  readonly signed: string;
  /** From submission to now; undefined when an earlier process submitted it. */
  readonly latencyMs: number | undefined;
}

/** A prediction was refused for good. */
export interface RefusedEvent {
  /** What tells the events apart. */
  readonly type: "refused";
  /** The validator's WebSocket URL. */
  readonly validator: string;
  /** As it was submitted. */
  readonly predictionId: string;
  /** Why, in the validator's words. */
  readonly message: string;
  /** The signed message as received; undefined when the refusal came in an unsigned error. */
  readonly signed: string | undefined;
}

/** Games changed, or, with `snapshot`, these are all that are current. */
export interface GamesEvent {
  /** What tells the events apart. */
  readonly type: "games";
  /** The validator's WebSocket URL. */
  readonly validator: string;
  /** As the validator sent them. */
  readonly games: readonly unknown[];
  /** Whether these are all that are current. */
  readonly snapshot: boolean;
  /** Which sequence {@link offset} counts in; undefined where the validator counts none. */
  readonly epoch: string | undefined;
  /** The number of this update. */
  readonly offset: number | undefined;
}

/** The client's standing changed, or it has learned the miner's uid. */
export interface StateEvent {
  /** What tells the events apart. */
  readonly type: "state";
  /** The validator's WebSocket URL. */
  readonly validator: string;
  /** `http`: predictions go over HTTP. `waiting`: nothing gets through until the next attempt. */
  readonly state: ClientState;
  /** Failed attempts since a connection last held. */
  readonly attempt: number;
  /** Until the next attempt at a WebSocket, where one is due. */
  readonly delayMs: number | undefined;
  /** The miner's uid by the validator's registry, once known. */
  readonly uid: number | string | undefined;
}

/** Something to know about went wrong; the client goes on. */
export interface ProblemEvent {
  /** What tells the events apart. */
  readonly type: "problem";
  /** The validator's WebSocket URL. */
  readonly validator: string;
  /** A word such as `bad_signature`, or the code of the validator's error. */
  readonly code: string;
  /** One sentence for people. */
  readonly message: string;
}

/** What a client tells about. */
export type ClientEvent = ConfirmationEvent | RefusedEvent | GamesEvent | StateEvent | ProblemEvent;
