import type { Figure } from "./figure.ts";

/** What a scenario is given. */
export interface BenchContext {
  /** How long one measurement goes on. */
  readonly seconds: number;
  /** How many subscribers streams are measured with. */
  readonly subscribers: number;
  /** Aborts when the measurement is called off. */
  readonly signal: AbortSignal;
  /** Says what is being done. */
  tell(text: string): void;
}

/** What a scenario found out. */
export interface BenchResult {
  readonly figures: readonly Figure[];
  /** How it was measured, in sentences. */
  readonly notes: readonly string[];
}

/** Measures one thing. */
export type Scenario = (context: BenchContext) => Promise<BenchResult>;

/** Resolves after so many seconds, or rejects when the signal aborts. */
export function pause(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new Error("Called off"));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, 1000 * seconds);
    signal?.addEventListener("abort", stop);
  });
}
