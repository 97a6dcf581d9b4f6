import { assertEquals } from "@std/assert";
import type { Keypair } from "../../../lib/crypto/mod.ts";
import type { ExactObject } from "../../../lib/protocol/mod.ts";
import { type Frame, Peer, signMessage } from "../../helpers/peer.ts";
import { type MinerBook, readConfirmation } from "./book.ts";
import { Queue } from "./queue.ts";

/** One miner during one life of the server. */
export interface Run {
  readonly url: string;
  readonly key: Keypair;
  readonly book: MinerBook;
  /** New predictions are made for as long as the server lives; else the run ends when everything is confirmed. */
  readonly endless: boolean;
  /** Predictions that may be under way. */
  readonly window: number;
  /** Called after each confirmation. */
  readonly confirmed: () => void;
}

/** Submits until the server is gone, or everything is confirmed. */
export type Miner = (run: Run) => Promise<void>;

/** Over one WebSocket. */
export const overWebSocket: Miner = async ({ url, key, book, endless, window, confirmed }) => {
  const peer = await connect(`${url.replace("http", "ws")}/ws`, key);
  if (peer === null) return;
  const queue = new Queue(book, { endless });
  const fill = () => {
    while (queue.underWay < window) {
      const message = queue.next();
      if (message === null) break;
      peer.send(signMessage(key, "prediction", message.data));
    }
  };
  for (fill(); queue.underWay > 0; fill()) {
    const frame = await nextFrame(peer);
    if (frame === null) return;
    if (frame.type === "heartbeat" || frame["code"] === "server_closing") continue;
    assertEquals(frame.type, "confirmation", JSON.stringify(frame));
    take(book, queue, frame);
    confirmed();
  }
  await peer.close();
};

/** As many as a message has about. */
export const predictionsPerRequest = 10;

/** Over HTTP, with some requests at once, of which some are given up before their answer. */
export const overHttp: Miner = async ({ url, key, book, endless, window, confirmed }) => {
  const queue = new Queue(book, { endless });
  const submit = async (): Promise<void> => {
    for (;;) {
      const message = queue.next();
      if (message === null) return;
      const giveUpAfter = book.random.chance(0.1) ? book.random.between(0, 15) : undefined;
      const answer = await post(
        `${url}/api/v1/predictions`,
        signMessage(key, "prediction", message.data),
        giveUpAfter,
      );
      if (answer === "gone") return;
      if (answer === "refused") throw new Error("a prediction was refused for now");
      if (answer === "given up") {
        book.gaveUp(message.predictions);
        queue.giveBack(message.predictions);
        continue;
      }
      for (const frame of framesOf(answer, message.predictions)) {
        take(book, queue, frame);
        confirmed();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.ceil(window / predictionsPerRequest) }, submit));
};

async function connect(url: string, key: Keypair): Promise<Peer | null> {
  try {
    return (await Peer.authenticated(url, key)).peer;
  } catch {
    return null;
  }
}

/** The next frame; null when the connection has ended. */
export async function nextFrame(peer: Peer): Promise<Frame | null> {
  try {
    return await peer.next();
  } catch {
    return null;
  }
}

/** Whether an error says to come back later: what became of the predictions is not known then. */
export function isForNow(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === "internal_error";
}

/** Answers the JSON of an answer; fails where it is an unexpected one. */
export async function post(
  url: string,
  body: string,
  giveUpAfter?: number,
): Promise<Frame | "gone" | "given up" | "refused"> {
  const givingUp = new AbortController();
  const timer = giveUpAfter === undefined ? 0 : setTimeout(() => givingUp.abort(), giveUpAfter);
  let answer: { readonly status: number; readonly text: string };
  try {
    const response = await fetch(url, { method: "POST", body, signal: givingUp.signal });
    answer = { status: response.status, text: await response.text() };
  } catch {
    return givingUp.signal.aborted ? "given up" : "gone";
  } finally {
    clearTimeout(timer);
  }
  if (answer.status === 503) return "gone";
  const json = JSON.parse(answer.text);
  if (isForNow(json["error"])) return "refused";
  assertEquals(answer.status, 200, answer.text);
  return json;
}

/** The confirmations of a request, one for each prediction. */
export function framesOf(answer: Frame, predictions: readonly ExactObject[]): Frame[] {
  const frames = "confirmations" in answer ? answer["confirmations"] as Frame[] : [answer];
  assertEquals(frames.length, predictions.length);
  return frames;
}

function take(book: MinerBook, queue: Queue, frame: Frame): void {
  const confirmation = readConfirmation(frame);
  queue.settle(confirmation.prediction_id);
  book.take(confirmation);
}
