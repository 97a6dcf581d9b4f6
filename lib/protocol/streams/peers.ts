import { integer, list, number, object, orNull, text, truth } from "../shape.ts";
import type { TitledEntry } from "./stream_entry.ts";

/** A node of the network as the polled one sees it. */
export interface NetworkPeer {
  /** As the node names it. */
  readonly id: string;
  /** Where it is reached; null where the node does not give that. */
  readonly address: string | null;
  /** To it and back; null where it was not measured. */
  readonly latency_ms: number | null;
  /** Whether it takes part in the consensus; null where the node does not say. */
  readonly is_validator: boolean | null;
}

/** The network's nodes, every 10 s. */
export interface Peers {
  /** As many as the node tells of, which may be none. */
  readonly peers: readonly NetworkPeer[];
  /** How many there are. */
  readonly total: number;
}

/** Stream `peers`. Protocol, section 4. */
export const peers: TitledEntry<Peers> = {
  title: "Peers",
  period: 10_000,
  data: object<Peers>({
    peers: list(object<NetworkPeer>({
      id: text(),
      address: orNull(text()),
      latency_ms: orNull(number()),
      is_validator: orNull(truth()),
    }, { title: "NetworkPeer" })),
    total: integer(),
  }),
  example: {
    peers: [{ id: "12D3KooWQ7", address: "192.0.2.7:30333", latency_ms: 41, is_validator: true }],
    total: 64,
  },
};
