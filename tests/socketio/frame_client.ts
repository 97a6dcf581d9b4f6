import type { Handshake } from "./polling_client.ts";
import { inTime } from "../helpers/until.ts";

/** A WebSocket that remembers the frames that came in. */
export class FrameClient {
  readonly socket: WebSocket;
  /** Every frame, in order; bytes as numbers. */
  readonly frames: (string | number[])[] = [];
  readonly opened: Promise<void>;
  readonly ended: Promise<{ code: number; reason: string }>;
  #taken = 0;
  #isEnded = false;
  #wake: () => void = () => {};

  constructor(url: string) {
    this.socket = new WebSocket(url);
    this.socket.binaryType = "arraybuffer";
    this.opened = new Promise((resolve, reject) => {
      this.socket.onopen = () => resolve();
      this.socket.onerror = () => reject(new Error("Cannot connect"));
    });
    this.opened.catch(() => {});
    this.socket.onmessage = ({ data }) => {
      this.frames.push(typeof data === "string" ? data : [...new Uint8Array(data)]);
      this.#wake();
    };
    this.ended = new Promise((resolve) => {
      this.socket.onclose = ({ code, reason }) => {
        this.#isEnded = true;
        this.#wake();
        resolve({ code, reason });
      };
    });
  }

  /** A connection that begins with WebSocket. */
  static async open(origin: string): Promise<{ client: FrameClient; handshake: Handshake }> {
    const client = new FrameClient(`${origin.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
    const open = await client.next();
    return { client, handshake: JSON.parse(String(open).slice(1)) };
  }

  send(frame: string | Uint8Array<ArrayBuffer>): void {
    this.socket.send(frame);
  }

  /** The next frame that was not taken yet. */
  async next(): Promise<string | number[]> {
    return await inTime(this.#next(), "a frame");
  }

  async #next(): Promise<string | number[]> {
    for (;;) {
      const frame = this.frames[this.#taken];
      if (frame !== undefined) {
        this.#taken += 1;
        return frame;
      }
      if (this.#isEnded) throw new Error("The connection ended before a frame came");
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  async close(): Promise<void> {
    this.socket.close();
    await this.ended;
  }
}
