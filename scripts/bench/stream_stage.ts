import { Helper } from "./child.ts";
import type { Arrival, Audience, StreamFleet } from "./stream_fleet.ts";
import type { Offsets } from "./stream_server.ts";

/** A server that sends to those who listen when it is told to. */
interface StreamSender {
  readonly pid: number;
  readonly url: string;
  /** Lets a second of the streams' time pass; `script` is what is due in it, for a server that does not know. */
  send(script: readonly string[]): Promise<Offsets>;
}

/** A gateway as a {@link StreamSender}. */
export async function startGateway(stack: AsyncDisposableStack): Promise<StreamSender> {
  const helper = stack.use(Helper.start("stream-server"));
  return { pid: helper.pid, url: await helper.ask("url"), send: () => helper.ask("pass", 1000) };
}

/** A bare loop over `Deno.upgradeWebSocket` as a {@link StreamSender}. */
export async function startBare(stack: AsyncDisposableStack): Promise<StreamSender> {
  const helper = stack.use(Helper.start("bare-server"));
  const url = `http://127.0.0.1:${await helper.ask<number>("port")}`;
  let offsets: Offsets = {};
  const send = async (script: readonly string[]) => {
    await helper.ask("send", script);
    return offsets = { ...offsets, ...offsetsOf(script) };
  };
  return { pid: helper.pid, url, send };
}

function offsetsOf(messages: readonly string[]): Offsets {
  return Object.fromEntries(messages.map((message) => {
    const { type, offset } = JSON.parse(message);
    return [type, offset];
  }));
}

/** Clients in this process or in another. */
type Listeners = Pick<StreamFleet, "join" | "arrived">;

/** Clients in a process of their own. */
export function startListeners(stack: AsyncDisposableStack): Listeners {
  const helper = stack.use(Helper.start("stream-fleet"));
  return {
    join: (audience: Audience) => helper.ask("join", audience),
    arrived: (offsets: Offsets) => helper.ask("arrived", offsets),
  };
}

const nothing: Arrival = { frames: 0, bytes: 0, messages: [] };

/** A server and those who listen to it. */
export class StreamStage {
  readonly #sender: StreamSender;
  readonly #listeners: Listeners;
  #offsets = "{}";

  constructor(sender: StreamSender, listeners: Listeners) {
    this.#sender = sender;
    this.#listeners = listeners;
  }

  get pid(): number {
    return this.#sender.pid;
  }

  async join(audience: Omit<Audience, "url">): Promise<void> {
    await this.#listeners.join({ ...audience, url: this.#sender.url });
  }

  /** Lets a second pass, and answers what came in when all of it has. */
  async pass(script: readonly string[]): Promise<Arrival> {
    const offsets = await this.#sender.send(script);
    const told = JSON.stringify(offsets);
    if (told === this.#offsets) return nothing;
    this.#offsets = told;
    return await this.#listeners.arrived(offsets);
  }
}
