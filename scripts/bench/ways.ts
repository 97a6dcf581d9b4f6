import { connectMiner, minerKey, samplePrediction, signMessage } from "./miners.ts";

/** A signed prediction that is ready to be sent. */
interface SignedPrediction {
  readonly predictionId: string;
  readonly uid: number;
  readonly text: string;
}

/** One way on which predictions travel. */
export interface Way {
  /** Resolves when the prediction is confirmed. */
  send(prediction: SignedPrediction): Promise<void>;
}

let signed = 0;

/** Signs so many predictions, the miners with the numbers below `miners` taking turns. */
export function signPredictions(count: number, miners: number): SignedPrediction[] {
  return Array.from({ length: count }, () => {
    const number = signed += 1;
    const uid = number % miners;
    const predictionId = `way-${number}`;
    const text = signMessage(minerKey(uid), "prediction", samplePrediction(predictionId, uid));
    return { predictionId, uid, text };
  });
}

/** Each prediction is a request of its own, on connections that are kept open. */
export class HttpWay implements Way {
  readonly #url: string;

  constructor(server: string) {
    this.#url = `${server}/api/v1/predictions`;
  }

  async send({ text }: SignedPrediction): Promise<void> {
    const response = await fetch(this.#url, { method: "POST", body: text });
    const answer = await response.text();
    if (!response.ok) throw new Error(`a prediction was refused: ${response.status} ${answer.slice(0, 200)}`);
  }
}

/** Each miner has one WebSocket. */
export class WebSocketWay implements Way, Disposable {
  readonly #sockets: readonly WebSocket[];
  readonly #waiting = new Map<string, PromiseWithResolvers<void>>();

  private constructor(sockets: readonly WebSocket[]) {
    this.#sockets = sockets;
    for (const socket of sockets) {
      socket.onmessage = ({ data }) => this.#receive(data);
      socket.onclose = ({ code, reason }) => this.#fail(new Error(`a connection ended: ${code} ${reason}`));
    }
  }

  static async connect(server: string, miners: number): Promise<WebSocketWay> {
    const url = `${server.replace("http", "ws")}/ws`;
    const connecting = Array.from({ length: miners }, (_, uid) => connectMiner(url, uid));
    return new WebSocketWay(await Promise.all(connecting));
  }

  async send({ predictionId, uid, text }: SignedPrediction): Promise<void> {
    await this.#exchange(predictionId, uid, text);
  }

  /** Sends a miner's heartbeat; resolves when it is answered. */
  async heartbeat(uid: number): Promise<void> {
    await this.#exchange("heartbeat", uid, signMessage(minerKey(uid), "heartbeat", {}));
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) {
      socket.onclose = null;
      socket.close();
    }
  }

  async #exchange(id: string, uid: number, text: string): Promise<void> {
    const answered = Promise.withResolvers<void>();
    this.#waiting.set(id, answered);
    this.#sockets[uid]?.send(text);
    await answered.promise;
  }

  #receive(frame: string): void {
    const { type, data, message } = JSON.parse(frame);
    if (type === "error" || data?.status === "error") {
      return this.#fail(new Error(`a message was refused: ${message ?? data.message}`));
    }
    const id = data.prediction_id ?? "heartbeat";
    this.#waiting.get(id)?.resolve();
    this.#waiting.delete(id);
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** Sends one after the other; answers for each the milliseconds until its confirmation. */
export async function sendInTurn(way: Way, predictions: readonly SignedPrediction[]): Promise<number[]> {
  const latencies: number[] = [];
  for (const prediction of predictions) {
    const start = performance.now();
    await way.send(prediction);
    latencies.push(performance.now() - start);
  }
  return latencies;
}

/** Keeps so many under way; answers the seconds until all are confirmed. */
export async function sendAtOnce(
  way: Way,
  predictions: readonly SignedPrediction[],
  underWay: number,
): Promise<number> {
  const left = predictions.values();
  const start = performance.now();
  const sendNext = async () => {
    for (const prediction of left) await way.send(prediction);
  };
  await Promise.all(Array.from({ length: underWay }, sendNext));
  return (performance.now() - start) / 1000;
}
