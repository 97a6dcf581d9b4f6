import { type CryptoJob, type CryptoOutcome, PoolWorker, type Task } from "./pool_worker.ts";
import { type Keypair, keypairFromSeed, verifySignature } from "./sr25519.ts";

/** What a {@link CryptoPool} is made of. */
export interface CryptoPoolOptions {
  /** How many workers to run, one per core at most being useful. */
  readonly workers: number;
  /** Whose signatures `sign` makes; without it `sign` rejects. */
  readonly seed?: Uint8Array | undefined;
  /**
   * Tells milliseconds that go by. With it a single job, of at most one a millisecond, is done on the caller's thread, since
   * waking a worker, and being woken by it, would take as long; `cryptoReady` must have resolved. Without it the workers do all.
   */
  readonly clock?: { elapsed(): number } | undefined;
  /** Starts a worker that answers as crypto_worker.ts does. */
  readonly startWorker?: () => Worker;
}

/** Milliseconds after which all workers are there though nobody has asked for so much. */
const startWithin = 1000;

/** Small enough that the first job of a batch does not wait long for the last one's end. */
const maxBatch = 8;

/** Milliseconds between two jobs that are done on the caller's thread. */
const rest = 1;
/** Characters of a text that takes little more time than its signature. */
const short = 16 * 1024;

/** Verifies and signs in workers, so that the caller's own thread stays free; single jobs on that thread, where it is told to. */
export class CryptoPool implements Disposable {
  readonly #options: CryptoPoolOptions;
  readonly #queue: Task[] = [];
  readonly #workers = new Set<PoolWorker>();
  readonly #starting: ReturnType<typeof setTimeout>;
  readonly #keypair: Keypair | undefined;
  /** When a job was last done on the caller's thread. */
  #doneAt = -Infinity;
  #scheduled = false;
  #closed = false;

  /**
   * One worker starts now, to be ready when the first job comes, the others as soon as there is work for them, or a moment
   * later: this thread stands still while one starts. Throws a RangeError where there would be none.
   */
  constructor(options: CryptoPoolOptions) {
    if (!Number.isInteger(options.workers) || options.workers < 1) {
      throw new RangeError(`Cannot make a pool: workers is ${options.workers}, expected a positive integer`);
    }
    this.#options = { ...options, seed: options.seed?.slice() };
    this.#keypair = options.clock && options.seed && keypairFromSeed(options.seed);
    this.#start(1);
    this.#starting = setTimeout(() => this.#start(options.workers), startWithin);
  }

  /** Jobs not answered yet. */
  get pending(): number {
    return this.#queue.length + [...this.#workers].reduce((sum, { load }) => sum + load, 0);
  }

  /** Jobs that wait for their turn, for each worker. */
  get backlog(): number {
    return this.#queue.length / this.#options.workers;
  }

  /** As `verifySignature`. Rejects only if the worker dies or the pool is closed. */
  async verify(text: string, signatureHex: string, address: string): Promise<boolean> {
    if (this.#isSingle(text)) return verifySignature(text, signatureHex, address);
    return await this.#run({ kind: "verify", text, signatureHex, address }) === true;
  }

  /** The signature of the pool's own key over a text, as hex without `0x`. */
  async sign(text: string): Promise<string> {
    if (this.#options.seed === undefined) throw new Error("Cannot sign: the pool was given no seed");
    if (this.#keypair !== undefined && this.#isSingle(text)) return this.#keypair.sign(text);
    const outcome = await this.#run({ kind: "sign", text });
    if (typeof outcome !== "object") return String(outcome);
    throw new Error(`Cannot sign: ${outcome.failure}`);
  }

  /** Stops the workers; whatever is pending rejects. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#starting);
    const error = closedError();
    for (const task of this.#queue.splice(0)) task.reject(error);
    for (const worker of this.#workers) worker.end(error);
    this.#workers.clear();
  }

  /** Ends the workers. */
  [Symbol.dispose](): void {
    this.close();
  }

  #isSingle(text: string): boolean {
    const now = this.#options.clock?.elapsed();
    if (now === undefined || now - this.#doneAt < rest || text.length > short) return false;
    if (this.#closed || this.pending > 0) return false;
    this.#doneAt = now;
    return true;
  }

  #run(job: CryptoJob): Promise<CryptoOutcome> {
    if (this.#closed) return Promise.reject(closedError());
    return new Promise((resolve, reject) => {
      this.#queue.push({ job, resolve, reject });
      this.#schedule();
    });
  }

  /** Waits for the end of the turn, so that all of its jobs travel together. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#dispatch());
  }

  #dispatch(): void {
    this.#scheduled = false;
    if (this.#closed) return;
    this.#start(this.pending);
    const share = Math.min(maxBatch, Math.ceil(this.#queue.length / this.#options.workers));
    while (this.#queue.length > 0) {
      const worker = this.#leastLoaded();
      if (worker === undefined) return;
      worker.post(this.#queue.splice(0, share));
    }
  }

  #leastLoaded(): PoolWorker | undefined {
    let best: PoolWorker | undefined;
    for (const worker of this.#workers) {
      if (worker.hasRoom && worker.load < (best?.load ?? Infinity)) best = worker;
    }
    return best;
  }

  /**
   * Sees to it that there are so many workers, as far as there are to be. A dead one is replaced when there is work for it, so
   * that one which cannot start is not tried without end.
   */
  #start(count: number): void {
    const { workers, seed, startWorker = startCryptoWorker } = this.#options;
    while (this.#workers.size < Math.min(count, workers)) {
      this.#workers.add(new PoolWorker(startWorker(), { seed }, this.#owner));
    }
  }

  readonly #owner = {
    freed: () => this.#queue.length > 0 && this.#dispatch(),
    died: (worker: PoolWorker) => {
      this.#workers.delete(worker);
      if (this.#queue.length > 0) this.#schedule();
    },
  };
}

function startCryptoWorker(): Worker {
  return new Worker(new URL("./crypto_worker.ts", import.meta.url), { type: "module", name: "crypto" });
}

function closedError(): Error {
  return new Error("Cannot use a closed crypto pool");
}
