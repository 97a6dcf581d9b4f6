/** What a worker is started with, before its first batch. */
export interface WorkerSetup {
  /** Without it the worker cannot sign. */
  readonly seed: Uint8Array | undefined;
}

/** One piece of work for a crypto worker. */
export type CryptoJob =
  | {
    readonly kind: "verify";
    readonly text: string;
    readonly signatureHex: string;
    readonly address: string;
  }
  | { readonly kind: "sign"; readonly text: string };

/** What came of a job: whether the signature is valid, the signature made, or why there is none. */
export type CryptoOutcome = boolean | string | { readonly failure: string };

/** Messages to a worker: its setup once, then batches, answered by arrays of outcomes in the same order. */
export type WorkerMessage = WorkerSetup | readonly CryptoJob[];

/** A job and whom to tell of its end. */
export interface Task {
  readonly job: CryptoJob;
  resolve(outcome: CryptoOutcome): void;
  reject(error: Error): void;
}

/** What a pool hears from one of its workers. */
interface WorkerOwner {
  /** A batch came back, so there is room for another. */
  freed(): void;
  died(worker: PoolWorker): void;
}

/** Some ten milliseconds' work where much waits: a worker does not idle while the pool's thread is busy with something else. */
const maxBatches = 8;

/** A worker and the jobs that it has not answered yet, which it answers in the order they came. */
export class PoolWorker {
  readonly #worker: Worker;
  readonly #tasks: Task[] = [];
  #batches = 0;

  constructor(worker: Worker, setup: WorkerSetup, owner: WorkerOwner) {
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<CryptoOutcome[]>) => {
      this.#settle(data);
      owner.freed();
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.end(new Error("Cannot finish a signature job: its worker died", { cause: event.message }));
      owner.died(this);
    };
    worker.postMessage(setup);
  }

  /** Jobs not answered yet. */
  get load(): number {
    return this.#tasks.length;
  }

  get hasRoom(): boolean {
    return this.#batches < maxBatches;
  }

  post(tasks: readonly Task[]): void {
    this.#batches++;
    this.#tasks.push(...tasks);
    this.#worker.postMessage(tasks.map(({ job }) => job));
  }

  /** Stops the worker; what it has not answered fails with `error`. */
  end(error: Error): void {
    this.#worker.terminate();
    for (const task of this.#tasks.splice(0)) task.reject(error);
  }

  #settle(outcomes: readonly CryptoOutcome[]): void {
    this.#batches--;
    const tasks = this.#tasks.splice(0, outcomes.length);
    outcomes.forEach((outcome, index) => tasks[index]?.resolve(outcome));
  }
}
