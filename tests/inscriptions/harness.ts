import { Inscriptions } from "../../lib/inscriptions/mod.ts";
import type { InscriptionsOptions } from "../../lib/inscriptions/inscriptions.ts";
import type { JobEvent } from "../../lib/inscriptions/job_events.ts";
import { type Engine, Followers, openEngine } from "../../lib/engine/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { disturbed, type Interference } from "./ledgers.ts";

/** An `Inscriptions` on a store in memory, stopped and closed when it is disposed of. */
interface Desk extends AsyncDisposable {
  readonly inscriptions: Inscriptions;
  readonly clock: FakeClock;
  readonly store: Engine;
  readonly followers: Followers;
}

export async function openDesk(
  { disturb, ...options }: Partial<Omit<InscriptionsOptions, "clock" | "store" | "followers">> & {
    disturb?: Interference;
  } = {},
): Promise<Desk> {
  const clock = new FakeClock();
  const store = await openEngine(":memory:", { clock });
  const ledger = disturb && { ledger: disturbed({ store, clock }, disturb) };
  const followers = new Followers({ log: store.log, clock });
  const inscriptions = new Inscriptions({ store, followers, clock, ...ledger, ...options });
  await inscriptions.start();
  return {
    inscriptions,
    clock,
    store,
    followers,
    async [Symbol.asyncDispose]() {
      await inscriptions.stop();
      store.close();
    },
  };
}

/** Follows a job from a position on; what it answers gives all events up to the job's ending. */
export async function follow(
  inscriptions: Inscriptions,
  keyId: string,
  jobId: string,
  position: { epoch?: string; offset?: number } = {},
): Promise<() => Promise<JobEvent[]>> {
  const following = present(await inscriptions.follow(keyId, jobId, position));
  const events: JobEvent[] = [];
  const ended = Promise.withResolvers<JobEvent[]>();
  following.listen((event) => {
    events.push(event);
    if (event.type !== "progress") ended.resolve(events);
  });
  return () => ended.promise;
}

/** All events of a job from a position on, up to its ending. */
export async function eventsOf(...job: Parameters<typeof follow>): Promise<JobEvent[]> {
  return await (await follow(...job))();
}

/** The data of a job's `complete`; throws what its `error` says. */
export async function completed(
  inscriptions: Inscriptions,
  keyId: string,
  jobId: string,
): Promise<(JobEvent & { type: "complete" })["data"]> {
  const ending = (await eventsOf(inscriptions, keyId, jobId)).at(-1);
  if (ending?.type !== "complete") throw new Error(`the job did not complete: ${JSON.stringify(ending)}`);
  return ending.data;
}

/** The bytes in a topic. */
export async function bytesOf(inscriptions: Inscriptions, topicId: string): Promise<Uint8Array> {
  const { body } = present(await inscriptions.content(topicId));
  return new Uint8Array(await new Response(body).arrayBuffer());
}

/** The value, which has to be there. */
export function present<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error("expected a value, got none");
  return value;
}

/** A request as it comes over Socket.IO. */
export function request(bytes: Uint8Array, more: Record<string, unknown> = {}): Record<string, unknown> {
  const { file, ...rest } = more;
  return {
    file: { type: "base64", base64: base64(bytes), fileName: "file.bin", ...file as object },
    holderId: "0.0.1234",
    mode: "file",
    network: "testnet",
    ...rest,
  };
}

export function base64(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += 8192) {
    text += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return btoa(text);
}

/** Bytes that do not compress. */
export function noise(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let start = 0; start < length; start += 65536) {
    crypto.getRandomValues(bytes.subarray(start, Math.min(length, start + 65536)));
  }
  return bytes;
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
