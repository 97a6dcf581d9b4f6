import type { Keypair } from "../../lib/crypto/mod.ts";
import { connectMiner, minerKey, samplePrediction, signMessage } from "./miners.ts";

/** A message that is ready to be sent. */
interface Ready {
  readonly predictionId: string;
  readonly miner: Miner;
  readonly frame: string;
}

interface Miner {
  readonly uid: number;
  readonly key: Keypair;
  readonly socket: WebSocket;
}

/** Predictions under way at once when as many as possible are sent. */
const window = 400;
const patience = 60;

/** Miners in this process who submit predictions and see that each is confirmed exactly once. */
export class PredictionLoad implements Disposable {
  readonly #miners: readonly Miner[];
  /** When each prediction under way was sent. */
  readonly #open = new Map<string, number>();
  readonly #sequences = new Set<number>();
  #signed = 0;
  #latencies: number[] = [];
  #onConfirmed: () => void = () => {};
  #fail: (error: Error) => void = () => {};

  private constructor(miners: readonly Miner[]) {
    this.#miners = miners;
    for (const { socket } of miners) {
      socket.onmessage = ({ data }) => this.#receive(data);
      socket.onclose = ({ code, reason }) =>
        this.#fail(new Error(`a miner's connection ended: ${code} ${reason}`));
    }
  }

  /** So many miners, from a number on. */
  static async connect(url: string, count: number, first = 0): Promise<PredictionLoad> {
    const miners = Array.from({ length: count }, async (_, index) => {
      const uid = first + index;
      return { uid, key: minerKey(uid), socket: await connectMiner(url, uid) };
    });
    return new PredictionLoad(await Promise.all(miners));
  }

  /** Signs so many predictions, the miners taking turns. */
  prepare(count: number): Ready[] {
    return Array.from({ length: count }, () => {
      const number = this.#signed += 1;
      const miner = this.#miners[number % this.#miners.length];
      if (miner === undefined) throw new RangeError("Cannot prepare predictions: there are no miners");
      const predictionId = `bench-${number}`;
      const data = samplePrediction(predictionId, miner.uid);
      return { predictionId, miner, frame: signMessage(miner.key, "prediction", data) };
    });
  }

  /** Sends them as fast as they are confirmed; answers the seconds until the last confirmation. */
  async flood(predictions: readonly Ready[]): Promise<number> {
    let next = 0;
    const sendSome = () => {
      for (; this.#open.size < window && next < predictions.length; next++) this.#send(predictions[next]);
    };
    const start = performance.now();
    const done = this.#drained(() => next === predictions.length, sendSome);
    sendSome();
    await done;
    return (performance.now() - start) / 1000;
  }

  /** Sends so many a second, evenly; answers for each the milliseconds from sending to its confirmation. */
  async pace(predictions: readonly Ready[], rate: number): Promise<number[]> {
    let next = 0;
    this.#latencies = [];
    const start = performance.now();
    const done = this.#drained(() => next === predictions.length, () => {});
    const due = () => start + 1000 * next / rate;
    const send = () => {
      for (; next < predictions.length && due() <= performance.now(); next++) {
        this.#send(predictions[next]);
      }
    };
    const timer = setInterval(send, 1);
    await done.finally(() => clearInterval(timer));
    return this.#latencies;
  }

  [Symbol.dispose](): void {
    for (const { socket } of this.#miners) {
      socket.onclose = null;
      socket.close();
    }
  }

  /** Resolves when all are sent and nothing is under way; `then` runs after each confirmation. */
  #drained(allSent: () => boolean, then: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.#fail(new Error(`${this.#open.size} were not confirmed`)),
        1000 * patience,
      );
      this.#fail = (error) => {
        clearTimeout(timer);
        reject(error);
      };
      this.#onConfirmed = () => {
        then();
        if (!allSent() || this.#open.size > 0) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #send(prediction: Ready | undefined): void {
    if (prediction === undefined) return;
    this.#open.set(prediction.predictionId, performance.now());
    prediction.miner.socket.send(prediction.frame);
  }

  #receive(text: string): void {
    const { type, data, message } = JSON.parse(text);
    if (type === "error") this.#fail(new Error(`a prediction was refused: ${message}`));
    if (type !== "confirmation") return;
    const sentAt = this.#open.get(data.prediction_id);
    if (sentAt === undefined) this.#fail(new Error(`${data.prediction_id} was confirmed twice`));
    else if (data.status !== "success") this.#fail(new Error(`a prediction was refused: ${data.message}`));
    else if (this.#sequences.has(data.receipt.sequence)) this.#fail(new Error("a sequence was given twice"));
    else {
      this.#sequences.add(data.receipt.sequence);
      this.#open.delete(data.prediction_id);
      this.#latencies.push(performance.now() - sentAt);
      this.#onConfirmed();
    }
  }
}
