import type { StreamSettings } from "./options.ts";
import type { StreamPositions } from "./positions.ts";
import type { StreamTransport } from "./snapshot.ts";
import type { StreamInbox } from "./stream_inbox.ts";
import type { Topics } from "./topics.ts";

/** How long it may take until the first sign of life. */
export const handshakeMs = 10_000;

/** How a carrier ended. */
export interface CarrierEnd {
  /** The server said something, so that this way to it is free. */
  readonly heard: boolean;
  /** It was connected, and nothing came through. */
  readonly silent: boolean;
  /** What happened, for people. */
  readonly message: string;
  /** When the server wants to be tried again. */
  readonly retryAfterMs: number | undefined;
  /** The server will not take us soon. */
  readonly refused: boolean;
  /** Nothing answers at all, so that another transport would not get through either. */
  readonly unreachable: boolean;
  /** The server's word for why it ended it. */
  readonly code: string | undefined;
}

/** What carriers work with. */
export interface CarrierParts {
  readonly settings: StreamSettings;
  readonly topics: Topics;
  readonly positions: StreamPositions;
  readonly inbox: StreamInbox;
}

/** What a carrier tells about. */
export interface CarrierEvents {
  /** Messages get through. Called once. */
  readonly live: () => void;
  /** Called once, last; not after {@link Carrier.stop}. */
  readonly ended: (end: CarrierEnd) => void;
}

/** One way for messages to come, from the attempt to use it until its end. */
export interface Carrier {
  readonly transport: StreamTransport;
  start(): void;
  /** Asks for the streams that are wanted now. */
  update(): void;
  stop(): void;
}
