/// <reference lib="deno.worker" />
import * as requests from "./attacks/requests.ts";
import * as sockets from "./attacks/sockets.ts";
import * as tls from "./attacks/tls.ts";
import type { Findings, Target } from "./trial.ts";

const attacks = { ...requests, ...sockets, ...tls };

/** What can be done to a server. */
export type AttackName = keyof typeof attacks;

/** What the thread is told to do. */
export interface Order {
  readonly name: AttackName;
  readonly target: Target;
}

const stopping = new AbortController();

self.onmessage = async ({ data }: MessageEvent<Order | "stop">): Promise<void> => {
  if (data === "stop") return stopping.abort();
  const findings = await attacks[data.name](data.target, stopping.signal).catch((error): Findings => ({
    said: "",
    faults: [`the attacker itself failed: ${(error as Error).message}`],
  }));
  self.postMessage(findings);
};

// What comes while a module is being loaded is lost.
self.postMessage("ready");
