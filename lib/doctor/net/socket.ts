import { createHash, randomBytes } from "node:crypto";
import { ask, type Head, type Request } from "./http.ts";
import { type Reader, Violation } from "./reader.ts";
import type { Link } from "./link.ts";

const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const largestMessage = 2 * 2 ** 20;

/** What a frame is. RFC 6455, section 5.2. */
const Opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A whole message, or a control frame. */
export type Message =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "binary" | "ping" | "pong"; readonly bytes: Uint8Array }
  | { readonly kind: "close"; readonly code: number | undefined; readonly reason: string };

/** What came of an attempt to open a WebSocket. */
export type Upgrade =
  | { readonly opened: true; readonly head: Head; readonly socket: Socket }
  | { readonly opened: false; readonly head: Head };

/** Shakes hands by hand, so that all that is answered is seen. RFC 6455, section 4.1. */
export async function upgrade(link: Link, request: Request): Promise<Upgrade> {
  const key = randomBytes(16).toString("base64");
  const headers = {
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": key,
    ...request.headers,
  };
  const { head, reader } = await ask(link, { ...request, headers });
  if (head.status !== 101) return { opened: false, head };
  const expected = createHash("sha1").update(key + guid).digest("base64");
  const accepted = head.headers.get("sec-websocket-accept") === expected;
  return { opened: true, head, socket: new Socket(link, reader, accepted) };
}

/** The client's end of a WebSocket, made by hand: it takes nothing that the protocol does not allow. */
export class Socket {
  /** Whether the server proved that it had understood the handshake. */
  readonly accepted: boolean;
  readonly #link: Link;
  readonly #reader: Reader;
  /** The message of which fragments have come. */
  #kind: number | undefined;
  #parts: Uint8Array[] = [];
  #size = 0;

  constructor(link: Link, reader: Reader, accepted: boolean) {
    this.#link = link;
    this.#reader = reader;
    this.accepted = accepted;
  }

  async send(text: string): Promise<void> {
    await this.#send(Opcode.text, new TextEncoder().encode(text));
  }

  async ping(payload: string): Promise<void> {
    await this.#send(Opcode.ping, new TextEncoder().encode(payload));
  }

  /** Says goodbye; the answer is not waited for. */
  async close(): Promise<void> {
    await this.#send(Opcode.close, new Uint8Array([0x03, 0xe8])).catch(() => {});
    this.#link.close();
  }

  /** The next message; pings are answered on the way, and told too. Throws `Ended` and {@link Violation}. */
  async next(): Promise<Message> {
    for (;;) {
      const { opcode, final, payload } = await this.#frame();
      if (opcode >= Opcode.close) return await this.#control(opcode, payload);
      this.#collect(opcode, payload);
      if (final) return this.#finish();
    }
  }

  #collect(opcode: number, payload: Uint8Array): void {
    if ((opcode === Opcode.continuation) !== (this.#kind !== undefined)) {
      throw new Violation("fragments of messages are mixed up");
    }
    this.#kind ??= opcode;
    this.#parts.push(payload);
    // An empty fragment counts too, or there could be any number of them.
    this.#size += Math.max(payload.length, 64);
  }

  #finish(): Message {
    const bytes = joined(this.#parts);
    const kind = this.#kind;
    [this.#kind, this.#parts, this.#size] = [undefined, [], 0];
    return kind === Opcode.text ? { kind: "text", text: decode(bytes) } : { kind: "binary", bytes };
  }

  async #control(opcode: number, payload: Uint8Array): Promise<Message> {
    if (opcode === Opcode.pong) return { kind: "pong", bytes: payload };
    if (opcode === Opcode.close) return readClose(payload);
    await this.#send(Opcode.pong, payload);
    return { kind: "ping", bytes: payload };
  }

  async #frame(): Promise<{ opcode: number; final: boolean; payload: Uint8Array }> {
    const [first = 0, second = 0] = await this.#reader.exactly(2);
    const opcode = first & 0x0f;
    if ((first & 0x70) !== 0) throw new Violation("a frame has reserved bits set");
    if ((second & 0x80) !== 0) throw new Violation("a frame of the server is masked");
    if (!(Object.values(Opcode) as number[]).includes(opcode)) {
      throw new Violation(`a frame has the unknown opcode ${opcode}`);
    }
    const length = await this.#length(second & 0x7f);
    if (opcode >= Opcode.close && (length > 125 || (first & 0x80) === 0)) {
      throw new Violation("a control frame is longer than 125 bytes or in fragments");
    }
    if (length > largestMessage - this.#size) {
      throw new Violation(`a message is larger than ${largestMessage} bytes`);
    }
    return { opcode, final: (first & 0x80) !== 0, payload: await this.#reader.exactly(length) };
  }

  async #length(short: number): Promise<number> {
    if (short < 126) return short;
    const bytes = await this.#reader.exactly(short === 126 ? 2 : 8);
    return bytes.reduce((value, byte) => value * 256 + byte, 0);
  }

  async #send(opcode: number, payload: Uint8Array): Promise<void> {
    const { length } = payload;
    const head = length < 126 ? [length] : length < 65_536 ? [126, length >> 8, length & 0xff] : [
      127,
      ...[0, 0, 0, 0],
      ...[24, 16, 8, 0].map((shift) => (length >>> shift) & 0xff),
    ];
    const mask = randomBytes(4);
    const [first = 0, ...rest] = head;
    const frame = new Uint8Array(1 + head.length + 4 + length);
    frame.set([0x80 | opcode, 0x80 | first, ...rest, ...mask]);
    const offset = 1 + head.length + 4;
    for (let at = 0; at < length; at++) frame[offset + at] = (payload[at] ?? 0) ^ (mask[at & 3] ?? 0);
    await this.#link.write(frame);
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function readClose(payload: Uint8Array): Message {
  if (payload.length < 2) return { kind: "close", code: undefined, reason: "" };
  const code = (payload[0] ?? 0) * 256 + (payload[1] ?? 0);
  return { kind: "close", code, reason: decode(payload.subarray(2)) };
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new Violation("a text frame is not UTF-8", { cause });
  }
}
