import type { StreamMessage } from "../../protocol/streams.ts";
import type { Beginning, StreamPositions } from "./positions.ts";
import { type ServerError, type ServerWelcome, streamRefusals } from "./server_message.ts";
import type { SnapshotStore } from "./snapshot.ts";
import type { Topics } from "./topics.ts";

/** Takes what comes from the server, whatever carries it. */
export class StreamInbox {
  readonly #topics: Topics;
  readonly #positions: StreamPositions;
  readonly #snapshots: SnapshotStore;
  #refused: string | undefined;

  constructor(topics: Topics, positions: StreamPositions, snapshots: SnapshotStore) {
    this.#topics = topics;
    this.#positions = positions;
    this.#snapshots = snapshots;
  }

  /** Hands a message on unless it was had before. False: others before it are missing, and it has to come again. */
  data(message: StreamMessage, epoch: string): boolean {
    const { type, offset } = message;
    if (!this.#topics.has(type)) return true;
    const step = this.#positions.take(type, { epoch, offset });
    if (step === "next") this.#topics.deliver(message);
    return step !== "gap";
  }

  /** The server begins to send a stream; should its source have gone, that is what it says next. */
  begin(stream: string, beginning: Beginning): void {
    if (!this.#topics.has(stream)) return;
    this.#topics.accept(stream);
    this.#positions.begin(stream, beginning);
    this.#snapshots.setStale(stream, undefined);
  }

  /** `stale`: why the stream's source has gone; undefined: it is there. */
  status(stream: string, stale: string | undefined): void {
    if (this.#topics.has(stream)) this.#snapshots.setStale(stream, stale);
  }

  welcome({ simulated, available }: ServerWelcome): void {
    const { current } = this.#snapshots;
    const isKnown = available?.join() === current.available?.join();
    this.#snapshots.update({
      ...simulated === undefined ? {} : { simulated },
      ...available === undefined || isKnown ? {} : { available: Object.freeze(available) },
    });
  }

  refused({ code, message, stream }: ServerError): void {
    if (stream !== undefined && !this.#topics.has(stream)) return;
    const isAbout = stream !== undefined && streamRefusals.includes(code);
    // It goes on with another token.
    if (isAbout && code.startsWith("token_") && this.#topics.renew(stream)) return;
    this.#refused = stream;
    this.#snapshots.update({ error: message });
    if (isAbout) this.#topics.refuse(stream, message);
  }

  /** Forgets what there was about a stream that nobody listens to any more. */
  forget(stream: string): void {
    this.#positions.forget(stream);
    this.#snapshots.setStale(stream, undefined);
    const { state } = this.#snapshots.current;
    if (this.#refused === stream && state === "connected") this.#snapshots.update({ error: undefined });
  }
}
