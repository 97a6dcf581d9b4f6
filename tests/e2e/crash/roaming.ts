import { assertEquals } from "@std/assert";
import type { Keypair } from "../../../lib/crypto/mod.ts";
import { type Frame, Peer, signMessage } from "../../helpers/peer.ts";
import type { ServerProcess } from "../../helpers/process.ts";
import { dataOf } from "../../helpers/scene.ts";
import { type MinerBook, readConfirmation } from "./book.ts";
import type { Fleet } from "./fleet.ts";
import { framesOf, isForNow, nextFrame, post, predictionsPerRequest } from "./miners.ts";
import { Queue } from "./queue.ts";

/** A miner that goes on at another server whenever its own is gone. */
interface Roaming {
  readonly fleet: Fleet;
  readonly key: Keypair;
  readonly book: MinerBook;
  /** Predictions that may be under way. */
  readonly window: number;
  /** Called after each confirmation. */
  readonly confirmed: () => void;
  /** Called with the milliseconds from the loss of a server to a welcome at another one, with all that was missed. */
  readonly moved: (milliseconds: number) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Goes on until it is ended. */
type RoamingMiner = (roaming: Roaming) => Promise<void>;

/** Over WebSockets: every offset of its confirmations comes once and in order, whichever server tells it. */
export const roamOverWebSocket: RoamingMiner = async (roaming) => {
  const roamer = new Roamer(roaming);
  while (!roaming.signal.aborted) await roamer.stay();
};

class Roamer {
  readonly #roaming: Roaming;
  #server: ServerProcess | undefined;
  #position: { readonly epoch: string; readonly offset: number } | undefined;
  /** When the last server was lost. */
  #lostAt: number | undefined;

  constructor(roaming: Roaming) {
    this.#roaming = roaming;
  }

  /** Submits to another server for as long as it is there. */
  async stay(): Promise<void> {
    const { fleet, book, signal } = this.#roaming;
    this.#server = fleet.pick(this.#server);
    const peer = await this.#come(this.#server.ws);
    if (peer === null) return;
    const leave = () => peer.socket.close();
    signal.addEventListener("abort", leave);
    await this.#submit(peer);
    signal.removeEventListener("abort", leave);
    await peer.close();
    this.#lostAt = performance.now();
    // Who knows what became of them.
    book.gaveUp([...book.undecided.values()]);
  }

  /** A connection on which all that was missed has come; null where the server is gone. */
  async #come(url: string): Promise<Peer | null> {
    const { key, moved } = this.#roaming;
    const recover = this.#position && { confirmations: this.#position };
    const found = await Peer.authenticated(url, key, recover).catch(() => null);
    if (found === null) return null;
    const { peer, welcome } = found;
    const { epoch, channels, recovered } = dataOf(welcome) as {
      epoch: string;
      channels: { confirmations: number };
      recovered: { confirmations: boolean };
    };
    if (recover !== undefined) assertEquals(recovered.confirmations, true);
    this.#position ??= { epoch, offset: channels.confirmations };
    while (this.#position.offset < channels.confirmations) {
      const frame = await nextFrame(peer);
      if (frame === null) return null;
      this.#take(frame);
    }
    if (this.#lostAt !== undefined) moved(performance.now() - this.#lostAt);
    return peer;
  }

  /** Sends as much as may be under way, until the connection ends. */
  async #submit(peer: Peer): Promise<void> {
    const { key, book, window, signal } = this.#roaming;
    const queue = new Queue(book, { endless: true });
    while (!signal.aborted) {
      while (queue.underWay < window && peer.socket.readyState === WebSocket.OPEN) {
        const message = queue.next();
        if (message !== null) peer.send(signMessage(key, "prediction", message.data));
      }
      const frame = await nextFrame(peer);
      if (frame === null) return;
      if (isForNow(frame)) {
        book.refusals += 1;
        return;
      }
      const id = this.#take(frame);
      // What a server that is gone had begun may be decided only now, before it is confirmed again as a duplicate.
      if (id !== undefined && queue.has(id)) queue.settle(id);
    }
  }

  /** The prediction that a frame confirms, which is the next one of the channel. */
  #take(frame: Frame): string | undefined {
    if (frame.type === "heartbeat" || frame.type === "game_update" || this.#position === undefined) return;
    assertEquals(frame.type, "confirmation", JSON.stringify(frame));
    const { epoch, offset } = this.#position;
    const confirmation = readConfirmation(frame);
    assertEquals([confirmation.prediction_id, confirmation.offset], [confirmation.prediction_id, offset + 1]);
    this.#position = { epoch, offset: offset + 1 };
    this.#roaming.book.take(confirmation);
    this.#roaming.confirmed();
    return confirmation.prediction_id;
  }
}

/** Over HTTP, with some requests at once, each of them to whichever server. */
export const roamOverHttp: RoamingMiner = async ({ fleet, key, book, window, confirmed, signal }) => {
  const queue = new Queue(book, { endless: true });
  const submit = async () => {
    while (!signal.aborted) {
      const message = queue.next();
      if (message === null) return;
      const { url } = fleet.pick();
      const answer = await post(`${url}/api/v1/predictions`, signMessage(key, "prediction", message.data));
      if (answer === "refused") book.refusals += 1;
      if (typeof answer === "string") {
        book.gaveUp(message.predictions);
        queue.giveBack(message.predictions);
        continue;
      }
      for (const frame of framesOf(answer, message.predictions)) {
        const confirmation = readConfirmation(frame);
        queue.settle(confirmation.prediction_id);
        book.take(confirmation);
        confirmed();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.ceil(window / predictionsPerRequest) }, submit));
};
