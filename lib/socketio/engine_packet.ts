import { Buffer } from "node:buffer";
import { decodePacket, encodePacket, encodePayload, type PacketType } from "engine.io-parser";

/** What a message carries: text, or bytes. */
export type MessageData = string | ArrayBuffer | ArrayBufferView;

/** A packet of the Engine.IO protocol, version 4. */
export interface EnginePacket {
  readonly type: PacketType;
  readonly data?: MessageData;
}

const separator = "\x1e";
// What a packet costs beside its data, so that many empty ones count as well.
const overhead = 32;

/** About as many bytes as a packet takes while it waits. */
export function sizeOf({ data }: EnginePacket): number {
  if (data === undefined) return overhead;
  return overhead + (typeof data === "string" ? data.length : data.byteLength);
}

/** Bytes that data received takes on the wire. */
export function wireSize(data: string | ArrayBuffer): number {
  return typeof data === "string" ? Buffer.byteLength(data) : data.byteLength;
}

/** One WebSocket frame: bytes stay bytes. */
export function encodeFrame(packet: EnginePacket): string | ArrayBuffer | ArrayBufferView<ArrayBuffer> {
  let frame: string | ArrayBuffer | ArrayBufferView<ArrayBuffer> = "";
  encodePacket(packet, true, (encoded) => frame = encoded);
  return frame;
}

/** The body of a poll's answer: packets joined by the record separator, bytes in base64. */
export function encodeBody(packets: readonly EnginePacket[]): string {
  let body = "";
  encodePayload([...packets], (encoded) => body = encoded);
  return body;
}

/** The packet in a WebSocket frame; its type is `error` when it is none. */
export function decodeFrame(frame: string | ArrayBuffer): EnginePacket {
  return decodePacket(frame, "nodebuffer");
}

/** The packets in a POST's body, decoded one by one: whoever stops at the first bad one has not paid for the rest. */
export function* decodeBody(body: string): Generator<EnginePacket> {
  for (let start = 0; start <= body.length;) {
    const next = body.indexOf(separator, start);
    const end = next === -1 ? body.length : next;
    yield decodeFrame(body.slice(start, end));
    start = end + 1;
  }
}
