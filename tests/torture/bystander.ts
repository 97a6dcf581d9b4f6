import type { Keypair } from "../../lib/crypto/mod.ts";
import { Peer, signAuthentication, signMessage } from "../helpers/peer.ts";
import type { ServerProcess } from "../helpers/process.ts";
import { samplePrediction } from "../helpers/samples.ts";

const interval = 50;
const patience = 20_000;
const headers = { "x-forwarded-for": "198.51.100.7" };

/** An honest client of another address: asks for health all the time, and predicts as a miner. */
export class Bystander {
  /** What went wrong for it. */
  readonly complaints: string[] = [];
  /** Milliseconds that it waited for an answer at most. */
  slowest = 0;
  readonly #server: ServerProcess;
  readonly #miner: Peer | undefined;
  readonly #key: Keypair;
  readonly #leaving = new AbortController();
  readonly #client: Deno.HttpClient | undefined;
  #asking: Promise<unknown> = Promise.resolve();
  #predictions = 0;
  /** While this is set, what fails is part of the trial. */
  isTolerant = false;

  private constructor(
    server: ServerProcess,
    key: Keypair,
    miner: Peer | undefined,
    client?: Deno.HttpClient,
  ) {
    this.#server = server;
    this.#key = key;
    this.#miner = miner;
    this.#client = client;
  }

  /** With an authority's certificate, that of a TLS port, it asks for health alone. */
  static async come(
    server: ServerProcess,
    key: Keypair,
    authority: string | undefined,
  ): Promise<Bystander> {
    const miner = authority === undefined ? await connect(server, key) : undefined;
    const caCerts = authority === undefined ? undefined : [await Deno.readTextFile(authority)];
    const client = caCerts === undefined ? undefined : Deno.createHttpClient({ caCerts });
    const bystander = new Bystander(server, key, miner, client);
    bystander.#asking = Promise.all([bystander.#askForHealth(), bystander.#predict()]);
    return bystander;
  }

  /** Predictions that were confirmed to it. */
  get confirmed(): number {
    return this.#predictions;
  }

  /** Begins to count anew. */
  forget(): void {
    this.slowest = 0;
    this.complaints.length = 0;
  }

  /** Sends one prediction over HTTP and answers the status. */
  async predictOverHttp(id: string): Promise<number> {
    const body = signMessage(this.#key, "prediction", samplePrediction(id, { wager: 0.01 }));
    const response = await fetch(`${this.#server.url}/api/v1/predictions`, { method: "POST", body, headers });
    await response.body?.cancel();
    return response.status;
  }

  async leave(): Promise<void> {
    this.#leaving.abort();
    this.#miner?.socket.close();
    await this.#asking;
    this.#client?.close();
  }

  async #askForHealth(): Promise<void> {
    while (!this.#leaving.signal.aborted) {
      await this.#time("healthz", async () => {
        const response = await fetch(`${this.#server.url}/healthz`, {
          headers,
          signal: AbortSignal.timeout(patience),
          ...this.#client === undefined ? {} : { client: this.#client },
        });
        const text = await response.text();
        if (!response.ok) throw new Error(`${response.status} ${text}`);
      });
      await pause(interval);
    }
  }

  async #predict(): Promise<void> {
    const miner = this.#miner;
    while (miner !== undefined && !this.#leaving.signal.aborted) {
      await this.#time("prediction", async () => {
        const id = `bystander-${Date.now()}`;
        miner.send(signMessage(this.#key, "prediction", samplePrediction(id, { wager: 0.01 })));
        const frame = await within(
          miner.next(({ type, data }) => type === "confirmation" && idOf(data) === id || type === "error"),
        );
        if (frame.type === "error") throw new Error(JSON.stringify(frame));
        this.#predictions += 1;
      });
      await pause(5 * interval);
    }
  }

  /** Measures one exchange; a fault is complained of once for each kind. */
  async #time(what: string, exchange: () => Promise<void>): Promise<void> {
    const start = performance.now();
    try {
      await exchange();
    } catch (error) {
      const complaint = `a bystander's ${what} failed: ${(error as Error).message}`;
      if (this.#leaving.signal.aborted || this.isTolerant || this.complaints.includes(complaint)) return;
      this.complaints.push(complaint);
    }
    if (!this.isTolerant) this.slowest = Math.max(this.slowest, performance.now() - start);
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function connect(server: ServerProcess, key: Keypair): Promise<Peer> {
  const peer = new Peer(server.ws, { headers });
  await peer.opened;
  peer.send(signAuthentication(key));
  await within(peer.next(({ type }) => type === "welcome"));
  return peer;
}

async function within<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patience / 1000} s`)), patience);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function idOf(data: unknown): unknown {
  return (data as Record<string, unknown> | undefined)?.["prediction_id"];
}
