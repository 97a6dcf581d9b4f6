import { cryptoReady, type Keypair, keypairFromSeed } from "../../lib/crypto/mod.ts";
import {
  attachSignature,
  type Clock,
  composeText,
  renderSigned,
  systemClock,
} from "../../lib/protocol/mod.ts";
import type { ExactJson } from "../../lib/protocol/mod.ts";
import { inTime } from "./until.ts";

await cryptoReady();

/** The keypair whose seed is a small number. */
export function testKey(number: number): Keypair {
  const seed = new Uint8Array(32);
  new DataView(seed.buffer).setUint32(28, number);
  return keypairFromSeed(seed);
}

/** As the WebSocket of wherever this runs takes them. */
type SocketOptions = ConstructorParameters<typeof WebSocket>[1];

/** A frame as it came in. */
export type Frame = { readonly type: string; readonly [key: string]: unknown };

/** How a connection ended. */
interface Ended {
  readonly code: number;
  /** Without the connection's id, which is in {@link Peer.id}. */
  readonly reason: string;
}

let nonces = 0;

/** A nonce that no other message of this process has. */
export function freshNonce(): string {
  return `${Date.now()}.${nonces += 1}`;
}

/** A signed message of a miner. */
export function signMessage(
  key: Keypair,
  type: string,
  data: ExactJson,
  options: { nonce?: string; now?: number; validator?: string } = {},
): string {
  const { nonce = freshNonce(), now = systemClock.now(), validator } = options;
  const text = composeText({ type, sender: key.address, data, now, nonce, validator });
  return attachSignature(text, key.sign(text));
}

/** A miner's first frame. */
export function signAuthentication(
  key: Keypair,
  options: { recover?: ExactJson; nonce?: string; now?: number; validator?: string } = {},
): string {
  const { recover, nonce = freshNonce(), now = systemClock.now(), validator } = options;
  const timestamp = new Date(now).toISOString();
  const text = renderSigned({ hotkey: key.address, timestamp, nonce, recover, validator });
  return attachSignature(text, key.sign(text));
}

/** A plain WebSocket client that remembers what comes in, but for games that it did not ask for. */
export class Peer {
  readonly socket: WebSocket;
  /** Every frame that came in, in order. */
  readonly frames: Frame[] = [];
  readonly ended: Promise<Ended>;
  readonly opened: Promise<void>;
  /** The connection's id at the server, as the close told it. */
  id: string | undefined;
  #taken = 0;
  #isEnded = false;
  /** Whether it named what it has, so that all games at once are an answer. */
  #recovers = false;
  #wake: () => void = () => {};

  constructor(url: string, options: SocketOptions = []) {
    this.socket = new WebSocket(url, options);
    this.opened = new Promise((resolve, reject) => {
      this.socket.onopen = () => resolve();
      this.socket.onerror = (event) => reject((event as ErrorEvent).error ?? new Error("no connection"));
    });
    this.opened.catch(() => {});
    this.socket.onmessage = ({ data }) => {
      const frame = JSON.parse(data);
      if (frame.data?.snapshot === true && !this.#recovers) return;
      this.frames.push(frame);
      this.#wake();
    };
    this.ended = new Promise((resolve) => {
      this.socket.onclose = ({ code, reason }) => {
        this.#isEnded = true;
        this.#wake();
        const [, text = "", id] = /^(.*?) ?(?:\((c\w+)\))?$/.exec(reason) ?? [];
        this.id = id;
        resolve({ code, reason: text });
      };
    });
  }

  /** A connection that is open. */
  static async open(url: string, options: SocketOptions = []): Promise<Peer> {
    const peer = new Peer(url, options);
    await peer.opened;
    return peer;
  }

  /** A miner's connection, welcomed. */
  static async authenticated(url: string, key: Keypair, recover?: ExactJson, clock: Clock = systemClock) {
    const peer = await Peer.open(url);
    peer.send(signAuthentication(key, { ...(recover === undefined ? {} : { recover }), now: clock.now() }));
    const welcome = await peer.next((frame) => frame.type === "welcome");
    return { peer, welcome };
  }

  send(text: string): void {
    this.#recovers ||= text.includes('"recover"');
    this.socket.send(text);
  }

  /** The next frame that was not taken yet and that `wanted` accepts; frames before it are passed over. */
  async next(wanted: (frame: Frame) => boolean = () => true): Promise<Frame> {
    return await inTime(this.#next(wanted), `a frame: ${wanted}`);
  }

  async #next(wanted: (frame: Frame) => boolean): Promise<Frame> {
    for (;;) {
      while (this.#taken < this.frames.length) {
        const frame = this.frames[this.#taken++];
        if (frame !== undefined && wanted(frame)) return frame;
      }
      if (this.#isEnded) throw new Error("the connection ended before the frame that was waited for");
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  async close(): Promise<Ended> {
    this.socket.close();
    return await this.ended;
  }
}
