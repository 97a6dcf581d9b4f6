import type { ExactJson } from "../../lib/protocol/mod.ts";
import type { Frame } from "../helpers/peer.ts";
import { dataOf, type Scene } from "../helpers/scene.ts";

/** What became of one prediction: the data of its confirmation, and the HTTP status where there is one. */
interface Outcome {
  readonly data: Record<string, unknown>;
  readonly status: number | undefined;
}

/** One of the ways on which predictions reach the server. */
export interface Way {
  readonly name: string;
  /** Submits a message and answers its confirmations, in their order. */
  submit(scene: Scene, data: ExactJson, count: number): Promise<Outcome[]>;
}

async function overWebSocket(scene: Scene, data: ExactJson, count: number): Promise<Outcome[]> {
  const peer = await scene.connect();
  peer.send(scene.sign("prediction", data));
  const outcomes: Outcome[] = [];
  for (let index = 0; index < count; index += 1) {
    const frame = await peer.next(({ type }) => type === "confirmation" || type === "error");
    if (frame.type === "error") throw new Error(JSON.stringify(frame));
    outcomes.push({ data: dataOf(frame), status: undefined });
  }
  await peer.close();
  return outcomes;
}

async function overHttp(scene: Scene, data: ExactJson): Promise<Outcome[]> {
  const { status, body } = await scene.submit(data);
  const frames = (body["confirmations"] ?? [body]) as Frame[];
  return frames.map((frame) => ({ data: dataOf(frame), status }));
}

/** Both transports; whatever holds for predictions holds on each. */
export const ways: readonly Way[] = [
  { name: "WebSocket", submit: overWebSocket },
  { name: "HTTP", submit: overHttp },
];
