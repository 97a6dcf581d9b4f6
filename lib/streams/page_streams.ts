import { type Connection, Priority } from "../hub/mod.ts";
import type { NetworkMetrics, StreamMessage, StreamStatus } from "../protocol/mod.ts";
import { encode } from "./encode.ts";
import type { Listener } from "./stream.ts";
import type { Streams } from "./streams.ts";

/** The stream that all of them are made of. */
const source = "network_metrics";

/** What The Block's page subscribes to, the `type` that it expects, and the data in its words; what no node gives is null. */
const pageStreams = {
  block_updates: {
    type: "block_update",
    data: ({ block_height, block_hash }: NetworkMetrics) => ({
      height: block_height,
      finalized_height: null,
      hash: block_hash ?? null,
      tx_count: null,
    }),
  },
  metrics: {
    type: "metrics_update",
    data: ({ tps, peer_count, block_height }: NetworkMetrics) => ({
      tps,
      fees: null,
      latencyMs: null,
      peers: peer_count,
      blockHeight: block_height,
      issuance: null,
    }),
  },
  network: {
    type: "network_update",
    data: ({ peer_count, active_connections, bandwidth_in, bandwidth_out }: NetworkMetrics) => ({
      peers: peer_count,
      activeConnections: active_connections,
      bandwidth: { inbound: bandwidth_in, outbound: bandwidth_out },
    }),
  },
} as const;

/** A stream by the name that The Block's page has for it. */
export type PageStreamName = keyof typeof pageStreams;

/** All of them. */
export const pageStreamNames = Object.keys(pageStreams) as readonly PageStreamName[];

/** Whether The Block's page has such a stream. */
export function isPageStream(name: unknown): name is PageStreamName {
  return typeof name === "string" && Object.hasOwn(pageStreams, name);
}

/** An update, and what tells whether it says anything new. */
interface Update {
  readonly content: string;
  readonly frame: string;
}

/** Updates made of the newest metrics, each once for all who listen. */
export class PageFrames {
  #metrics = "";
  readonly #made = new Map<PageStreamName, Update>();

  /** @param metrics a message of the stream that they are made of */
  update(name: PageStreamName, metrics: string): Update {
    if (metrics !== this.#metrics) this.#made.clear();
    this.#metrics = metrics;
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const { data, timestamp } = JSON.parse(metrics) as StreamMessage<typeof source>;
    const { type, data: inTheirWords } = pageStreams[name];
    const content = inTheirWords(data);
    const made = {
      content: JSON.stringify(content),
      frame: encode({ type, data: { ...content, timestamp: timestamp * 1000 } }),
    };
    this.#made.set(name, made);
    return made;
  }
}

/** The streams that one of The Block's pages listens to: an update comes when there is something new in it. */
export class PageListening {
  readonly #connection: Connection;
  readonly #streams: Streams;
  readonly #listeners = new Map<PageStreamName, Listener>();

  constructor(connection: Connection, streams: Streams) {
    this.#connection = connection;
    this.#streams = streams;
  }

  /** How many there are. */
  get size(): number {
    return this.#listeners.size;
  }

  /** Listens to a stream; it begins with the newest update. */
  begin(name: PageStreamName): void {
    this.stop(name);
    const listener = this.#createListener(name);
    this.#listeners.set(name, listener);
    this.#connection.getReady();
    this.#streams.find(source)?.subscribe(listener);
  }

  stop(name: PageStreamName): void {
    const listener = this.#listeners.get(name);
    if (listener !== undefined) this.#streams.find(source)?.unsubscribe(listener);
    this.#listeners.delete(name);
  }

  end(): void {
    for (const name of pageStreamNames) this.stop(name);
  }

  #createListener(name: PageStreamName): Listener {
    let told: string | undefined;
    return {
      offer: (metrics, priority) => {
        const { content, frame } = this.#streams.pageFrames.update(name, metrics);
        if (content === told) return;
        told = content;
        this.#connection.offer(frame, priority);
      },
      // Of the stream that the page knows by another name.
      notify: (status) => {
        const told: StreamStatus = { ...JSON.parse(status), stream: name };
        this.#connection.offer(encode(told), Priority.update);
      },
    };
  }
}
