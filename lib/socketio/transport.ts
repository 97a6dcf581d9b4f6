import type { EngineFault } from "./engine_errors.ts";
import type { EnginePacket } from "./engine_packet.ts";

/** Why a session ended, in the original's words. */
export type CloseReason =
  | "transport close"
  | "transport error"
  | "ping timeout"
  | "parse error"
  | "forced close";

/** Who a transport reports to: the session, or the upgrade that tries it out. */
export interface TransportOwner {
  /** Whose it is, in words that the peer may read. */
  readonly label?: string | undefined;
  /** Takes in a packet; false when it must not have been sent. */
  receive(packet: EnginePacket): boolean;
  /** The transport takes packets now. */
  ready(): void;
  /** The transport is of no more use. */
  lost(reason: CloseReason, fault?: EngineFault): void;
}

/** One of the two ways that packets travel. */
export interface Transport {
  readonly name: "polling" | "websocket";
  /** Whether {@link send} may be called. */
  readonly open: boolean;
  /** Whether what is sent now goes out at once; socket.io drops volatile packets otherwise. */
  readonly writable: boolean;
  /** Bytes handed over and not yet sent. */
  readonly backlog: number;
  send(packets: readonly EnginePacket[]): void;
  /** Tells the peer as soon as it can be told, and then runs `done`. */
  close(done: () => void): void;
  /** Gives everything back, telling the peer only if that can be done at once. */
  drop(): void;
}
