import { inTime, until } from "./until.ts";

/** A JSON-RPC error that a method answers with. */
export class FakeRpcError {
  constructor(readonly code: number, readonly message: string) {}
}

/** A method's result, or what makes it from the parameters: anything, or an error. */
export type FakeResult = unknown | ((params: Record<string, unknown>) => unknown);

/**
 * What the fake does with a request that arrives:
 * - `normal`: answers, single calls and batches
 * - `slow`: answers once {@link FakeNode.release} is called, or another mode is set
 * - `silent`: never answers
 * - `error`: every call is answered with error -32000
 * - `nonsense`: HTTP 200 with text that is not JSON
 * - `http_500`: HTTP 500
 * - `no_batches`: single calls are answered, a batch is answered with one error object
 */
export type FakeNodeMode = "normal" | "slow" | "silent" | "error" | "nonsense" | "http_500" | "no_batches";

/** A call as the fake received it. */
interface FakeCall {
  readonly id?: unknown;
  readonly method: string;
  readonly params?: Record<string, unknown>;
}

/** What a request looked like. */
interface FakeRequest {
  readonly headers: Headers;
  readonly body: string;
  readonly calls: readonly FakeCall[];
  readonly batch: boolean;
}

/** A receipt as nodes have them; `number` tells it from others, and higher ones are newer. */
export function fakeReceipt(number: number): Record<string, unknown> {
  return {
    id: `receipt_${number}`,
    market: "compute",
    block_height: 123_456 + number,
    timestamp: 1_795_248_000 + number,
    provider: "0x1234",
    consumer: "0x5678",
    amount: 100 + number,
  };
}

/** Results for all methods that the streams call. */
export function fakeResults(): Record<string, FakeResult> {
  return {
    "net.peers": {
      peers: [
        { id: "peer_1", address: "192.0.2.1:8000", latency_ms: 45, is_validator: true },
        { id: "peer_2", address: "192.0.2.2:8000", latency_ms: 80, is_validator: false },
        { id: "peer_3", address: "[2001:db8::3]:8000", latency_ms: null, is_validator: false },
      ],
    },
    "net.stats": { tps: 145.7, bandwidth_in: 1_024_000, bandwidth_out: 512_000, active_connections: 23 },
    "light.latest_header": { number: 123_456, finality_time: 6 },
    "compute_market.stats": { active_jobs: 45, providers: 12 },
    "storage.stats": { total_stored: 9_000_000, providers: 7 },
    "energy.market_state": { total_credits: 0, active_traders: 0 },
    "ad_market.stats": { active_campaigns: 3, total_impressions: 5_400 },
    "receipt.audit": { receipts: [fakeReceipt(2), fakeReceipt(1)] },
  };
}

/**
 * A chain node that speaks JSON-RPC 2.0 over HTTP on a free port, and does as a test tells it.
 *
 * ```text
 * await using node = FakeNode.start();
 * node.results["net.stats"] = { tps: 7 }; // or new FakeRpcError(-32601, "Method not found"), or (params) => result
 * node.receipts = [fakeReceipt(2), fakeReceipt(1)]; // newest first; answers `limit` of them
 * node.mode = "slow"; // see FakeNodeMode; can be switched at any time
 * await node.arrived(1); // until so many requests have come in all
 * node.release();
 * await node.goDown(); // refuses connections
 * node.comeBack(); // listens again on the same port
 * assertEquals([node.requests.length, node.calls("net.stats")], [1, 1]);
 * ```
 *
 * Answers of a batch come in reverse order, as they may. After {@link FakeNode.goDown} a client that kept a connection open
 * may find that cut before it is refused a new one.
 */
export class FakeNode implements AsyncDisposable {
  readonly results = fakeResults();
  /** Every request so far, in order of arrival. */
  readonly requests: FakeRequest[] = [];
  /** Answers in place of the fake, where it returns something; asked in every mode. */
  onRequest: ((request: FakeRequest) => Response | Promise<Response> | undefined) | undefined;
  readonly #port: number;
  #mode: FakeNodeMode = "normal";
  #server: Deno.HttpServer<Deno.NetAddr> | undefined;
  #stop = new AbortController();
  #held = Promise.withResolvers<void>();
  #news = Promise.withResolvers<void>();

  private constructor() {
    this.#server = this.#listen(0);
    this.#port = this.#server.addr.port;
  }

  /** Listens on a free port until disposed of. */
  static start(): FakeNode {
    return new FakeNode();
  }

  /** Such as `http://127.0.0.1:40123`. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get mode(): FakeNodeMode {
    return this.#mode;
  }

  /** Requests that were held are answered as the new mode says. */
  set mode(mode: FakeNodeMode) {
    this.#mode = mode;
    this.release();
  }

  /** Has so many receipts, numbered from 1 on. */
  audit(count: number): void {
    this.receipts = Array.from({ length: count }, (_, index) => fakeReceipt(count - index));
  }

  /** Makes `receipt.audit` answer the first `limit` of these. */
  set receipts(newestFirst: readonly unknown[]) {
    this.results["receipt.audit"] = ({ limit }: Record<string, unknown>) => ({
      receipts: newestFirst.slice(0, Number(limit)),
    });
  }

  /** Has these methods and no others. */
  answerWith(results: Readonly<Record<string, FakeResult>>): void {
    for (const method of Object.keys(this.results)) delete this.results[method];
    Object.assign(this.results, results);
  }

  /** How often a method was called, or all of them together. */
  calls(method?: string): number {
    const all = this.requests.flatMap(({ calls }) => calls);
    return all.filter((call) => method === undefined || call.method === method).length;
  }

  /** Resolves once `count` requests have arrived in all. */
  async arrived(count: number): Promise<void> {
    await until(
      () => this.requests.length >= count,
      `${count} requests`,
      () => inTime(this.#news.promise, `${count} requests`),
    );
  }

  /** Answers what mode `slow` holds. */
  release(): void {
    this.#held.resolve();
    this.#held = Promise.withResolvers();
  }

  /** Cuts all connections and refuses new ones. */
  async goDown(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.#stop.abort();
    this.#held.resolve();
    await server?.finished;
  }

  /** Listens again. */
  comeBack(): void {
    if (this.#server !== undefined) return;
    this.#stop = new AbortController();
    this.#held = Promise.withResolvers();
    this.#server = this.#listen(this.#port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.goDown();
  }

  #listen(port: number): Deno.HttpServer<Deno.NetAddr> {
    const options = { hostname: "127.0.0.1", port, signal: this.#stop.signal, onListen() {} };
    return Deno.serve(options, (request) => this.#handle(request));
  }

  async #handle(request: Request): Promise<Response> {
    const received = read(request.headers, await request.text());
    this.requests.push(received);
    this.#news.resolve();
    this.#news = Promise.withResolvers();
    const scripted = this.onRequest?.(received);
    if (scripted !== undefined) return await scripted;
    await this.#hold(this.#stop.signal);
    return this.#answer(received);
  }

  async #hold(stopped: AbortSignal): Promise<void> {
    if (this.#mode === "slow") await this.#held.promise;
    while (this.#mode === "silent" && !stopped.aborted) await this.#held.promise;
  }

  #answer({ calls, batch }: FakeRequest): Response {
    if (this.#mode === "http_500") return new Response("internal error", { status: 500 });
    if (this.#mode === "nonsense") return new Response("<html>It works!</html>");
    if (batch && this.#mode === "no_batches") {
      const error = { code: -32600, message: "Invalid Request" };
      return Response.json({ jsonrpc: "2.0", id: null, error });
    }
    const answers = calls.map((call) => this.#call(call)).reverse();
    return Response.json(batch ? answers : answers[0]);
  }

  #call({ id, method, params = {} }: FakeCall): unknown {
    if (this.#mode === "error") return errorAnswer(id, new FakeRpcError(-32000, "the node is syncing"));
    if (!Object.hasOwn(this.results, method)) {
      return errorAnswer(id, new FakeRpcError(-32601, "Method not found"));
    }
    const entry = this.results[method];
    const result = typeof entry === "function" ? entry(params) : entry;
    return result instanceof FakeRpcError ? errorAnswer(id, result) : { jsonrpc: "2.0", id, result };
  }
}

function read(headers: Headers, body: string): FakeRequest {
  const message: FakeCall | FakeCall[] = JSON.parse(body);
  const batch = Array.isArray(message);
  return { headers, body, calls: batch ? message : [message], batch };
}

function errorAnswer(id: unknown, { code, message }: FakeRpcError): unknown {
  return { jsonrpc: "2.0", id, error: { code, message } };
}

/** What a {@link FakeNode}'s markets come to where nothing is changed. */
export const fakeMarketsHealth = {
  overall_status: "healthy",
  markets: {
    compute: { status: "healthy", active_jobs: 45, total_providers: 12 },
    storage: { status: "healthy", total_stored: 9_000_000, total_providers: 7 },
    energy: { status: "idle", total_credits: 0, active_traders: 0 },
    ads: { status: "healthy", active_campaigns: 3, total_impressions: 5_400 },
  },
  healthy_markets: 3,
  total_markets: 4,
} as const;
