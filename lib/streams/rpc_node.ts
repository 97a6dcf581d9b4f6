import type { Clock } from "../protocol/mod.ts";
import { type ChainNode, NodeError, type RpcParams } from "./node.ts";
import { type Fetch, RpcHttp, UnusableAnswer } from "./rpc_http.ts";
import { nonsense, readBatch, readResult, type RpcCall, rpcRequest } from "./rpc_messages.ts";

/** How to reach a node. */
interface RpcNodeOptions {
  /** `http:` or `https:`, with `user:password@` where the node asks for it. */
  readonly url: string;
  readonly clock: Clock;
  readonly fetch?: Fetch | undefined;
  /** Milliseconds for a poll, whatever it takes; 5 s by default. */
  readonly timeout?: number | undefined;
}

/** A call that waits for its answer. */
interface PendingCall extends RpcCall, PromiseWithResolvers<unknown> {}

/** A chain node that is reached over HTTP. Calls made in the same turn are one poll, and travel as one batch. */
export class RpcNode implements ChainNode {
  readonly simulated = false;
  readonly #http: RpcHttp;
  readonly #clock: Clock;
  readonly #timeout: number;
  readonly #polls = new Set<AbortController>();
  #waiting = new Map<string, PendingCall>();
  #takesBatches = true;
  #closed = false;

  constructor({ url, clock, fetch = globalThis.fetch, timeout = 5000 }: RpcNodeOptions) {
    this.#http = new RpcHttp(url, fetch);
    this.#clock = clock;
    this.#timeout = timeout;
  }

  call(method: string, params?: RpcParams): Promise<unknown> {
    if (this.#closed) return Promise.reject(closedError());
    const key = JSON.stringify([method, params]);
    const same = this.#waiting.get(key);
    if (same !== undefined) return same.promise;
    const id = this.#waiting.size + 1;
    if (id === 1) queueMicrotask(() => void this.#poll());
    const call = { id, method, params, ...Promise.withResolvers<unknown>() };
    this.#waiting.set(key, call);
    return call.promise;
  }

  close(): void {
    this.#closed = true;
    for (const poll of this.#polls) poll.abort(closedError());
  }

  async #poll(): Promise<void> {
    const calls = [...this.#waiting.values()];
    this.#waiting = new Map();
    const poll = new AbortController();
    this.#polls.add(poll);
    const late = new NodeError(`no answer from the node within ${this.#timeout / 1000} s`);
    const timer = this.#clock.after(this.#timeout, () => poll.abort(late));
    if (this.#closed) poll.abort(closedError());
    await this.#send(calls, poll.signal);
    timer.cancel();
    this.#polls.delete(poll);
  }

  async #send(calls: readonly PendingCall[], signal: AbortSignal): Promise<void> {
    const asBatch = calls.length > 1 && this.#takesBatches;
    if (asBatch && await this.#sendBatch(calls, signal)) return;
    await Promise.all(calls.map((call) => this.#sendSingle(call, asBatch, signal)));
  }

  /** Whether this was an answer: false when the node seems to know no batches. */
  async #sendBatch(calls: readonly PendingCall[], signal: AbortSignal): Promise<boolean> {
    try {
      const answer = await this.#http.post(calls.map(rpcRequest), "a batch", signal);
      const answers = readBatch(answer, calls);
      if (answers === undefined) return false;
      for (const call of calls) settle(call, answers.get(call));
    } catch (error) {
      if (error instanceof UnusableAnswer) return false;
      for (const { reject } of calls) reject(error);
    }
    return true;
  }

  async #sendSingle(call: PendingCall, afterBatch: boolean, signal: AbortSignal): Promise<void> {
    try {
      const answer = await this.#http.post(rpcRequest(call), call.method, signal);
      const result = readResult(call.method, answer);
      // What fails as a batch and succeeds by itself failed for being a batch.
      if (afterBatch) this.#takesBatches = false;
      call.resolve(result);
    } catch (error) {
      call.reject(error);
    }
  }
}

function settle({ method, resolve, reject }: PendingCall, answer: unknown): void {
  try {
    if (answer === undefined) throw nonsense(method, "it is missing in the batch");
    resolve(readResult(method, answer));
  } catch (error) {
    reject(error);
  }
}

function closedError(): NodeError {
  return new NodeError("the connection to the node is closed");
}
