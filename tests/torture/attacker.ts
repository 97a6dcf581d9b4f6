/// <reference lib="deno.worker" />
import type { Attack, Findings, Target } from "./trial.ts";

interface Order {
  readonly module: string;
  readonly target: Target;
}

const stopping = new AbortController();

self.onmessage = async ({ data }: MessageEvent<Order | "stop">): Promise<void> => {
  if (data === "stop") return stopping.abort();
  const { attack }: { attack: Attack } = await import(data.module);
  const findings = await attack(data.target, stopping.signal).catch((error): Findings => ({
    said: "",
    faults: [`the attacker itself failed: ${(error as Error).message}`],
  }));
  self.postMessage(findings);
};
