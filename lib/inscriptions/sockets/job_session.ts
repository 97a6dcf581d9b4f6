import type { z } from "zod";
import type { jobConversation } from "../conversation.ts";
import { InscriptionError } from "../errors.ts";
import type { Following } from "../following.ts";
import { jobReference } from "../input/job_reference.ts";
import type { Inscriptions } from "../inscriptions.ts";
import type { JobEvent } from "../job_events.ts";
import { describeIssue, type FromClient, Refusal, systemClock } from "../../protocol/mod.ts";
import { logger, Throttle } from "../../telemetry/mod.ts";

const log = logger("inscriptions");
const faults = new Throttle({ clock: systemClock });
/** Jobs that one socket may follow at once. */
const maxFollowed = 100;

/** How far a client has been told of a job. */
export interface JobPosition {
  readonly epoch: string;
  readonly offset: number;
}

/** Sends the client an event. */
export type Emit = (event: string, data: object) => void;

/** What a {@link JobSession} works with. */
interface JobSessionParts {
  readonly keyId: string;
  readonly inscriptions: Inscriptions;
  /** How far the client has been told of each job that it follows, kept for when it comes back. */
  readonly positions: Map<string, JobPosition>;
  readonly emit: Emit;
}

/** What an event is acknowledged with, and what follows the acknowledgement. */
interface Handled {
  readonly answer: object;
  readonly after?: () => void | Promise<void>;
}

type Request = FromClient<typeof jobConversation>;
type Acknowledge = (answer: object) => void;

/** One Socket.IO client: its requests, and the jobs that it follows. Protocol, section 5. */
export class JobSession {
  readonly #parts: JobSessionParts;
  readonly #followings = new Map<string, Following>();
  readonly #gone = new AbortController();
  readonly #handlers: Readonly<Record<Request, (payload: unknown) => Promise<Handled>>> = {
    "start-inscription": (payload) => this.#start(payload),
    "follow-inscription": (payload) => this.#follow(payload),
    "cancel-inscription": (payload) => this.#cancel(payload),
    "inscription-executed": (payload) => this.#executed(payload),
  };
  /** Places of jobs that are just being looked up. */
  #reserved = 0;

  constructor(parts: JobSessionParts) {
    this.#parts = parts;
  }

  /** Takes in an event with its arguments, of which the last may acknowledge it. Never rejects. */
  async receive([event, ...values]: readonly unknown[]): Promise<void> {
    const last = values.at(-1);
    const acknowledge = typeof last === "function" ? last as Acknowledge : undefined;
    try {
      const { answer, after } = await this.#handle(String(event), acknowledge ? values.slice(0, -1) : values);
      acknowledge?.(answer);
      await after?.();
    } catch (error) {
      if (this.#gone.signal.aborted) return;
      const failure = describeFailure(error);
      if (acknowledge !== undefined) acknowledge({ success: false, ...failure });
      else this.#parts.emit("inscription-error", { ...subjectOf(values[0]), ...failure });
    }
  }

  /** Goes on with the jobs that the client followed when it was cut off. Never rejects. */
  async resume(): Promise<void> {
    for (const [jobId, position] of [...this.#parts.positions]) {
      await this.#join(jobId, position).catch(logFault);
    }
  }

  /** The client is gone. */
  end(): void {
    this.#gone.abort();
    for (const following of this.#followings.values()) following.stop();
    this.#followings.clear();
  }

  async #handle(event: string, [payload]: readonly unknown[]): Promise<Handled> {
    const handler = Object.hasOwn(this.#handlers, event) ? this.#handlers[event as Request] : undefined;
    if (handler !== undefined) return await handler(payload);
    const known = Object.keys(this.#handlers).join(", ");
    throw new InscriptionError("invalid_request", `Unknown event ${event.slice(0, 64)}: expected ${known}`);
  }

  async #start(payload: unknown): Promise<Handled> {
    const { inscriptions, keyId } = this.#parts;
    const started = await this.#withPlace(() => inscriptions.inscribe(keyId, payload, this.#gone.signal));
    const { jobId, epoch, offset } = started;
    return {
      answer: { success: true, ...started },
      // It is started and acknowledged, whatever becomes of the following.
      after: () => this.#join(jobId, { epoch, offset }).catch(logFault),
    };
  }

  async #follow(payload: unknown): Promise<Handled> {
    const { jobId, ...position } = readReference(payload);
    const { inscriptions, keyId } = this.#parts;
    const following = await this.#withPlace(() => inscriptions.follow(keyId, jobId, position));
    if (following === null) return unknownJob({ jobId });
    this.#replace(following);
    const { record, epoch, offset, recovered } = following;
    return {
      answer: { success: true, ...record, epoch, offset, recovered },
      after: () => this.#listen(following),
    };
  }

  async #cancel(payload: unknown): Promise<Handled> {
    const reference = readReference(payload);
    const record = await this.#parts.inscriptions.cancel(this.#parts.keyId, reference.jobId);
    return { answer: { success: true, ...record ?? unknownJob(reference) } };
  }

  async #executed(payload: unknown): Promise<Handled> {
    const record = await this.#parts.inscriptions.executed(this.#parts.keyId, payload);
    return { answer: { success: true, ...record ?? unknownJob(readReference(payload)) } };
  }

  async #withPlace<T>(task: () => Promise<T>): Promise<T> {
    if (this.#followings.size + this.#reserved >= maxFollowed) {
      const problem = `at most ${maxFollowed} jobs can be followed on one connection`;
      throw new InscriptionError("too_many_jobs", `Cannot follow job: ${problem}`, { retryAfterMs: 5000 });
    }
    this.#reserved += 1;
    try {
      return await task();
    } finally {
      this.#reserved -= 1;
    }
  }

  async #join(jobId: string, position: JobPosition): Promise<void> {
    const following = await this.#parts.inscriptions.follow(this.#parts.keyId, jobId, position);
    if (following === null) this.#parts.positions.delete(jobId);
    else this.#listen(following);
  }

  #listen(following: Following): void {
    if (this.#gone.signal.aborted) return following.stop();
    const { record: { id }, epoch, offset } = following;
    this.#replace(following);
    this.#parts.positions.set(id, { epoch, offset });
    following.listen((event) => this.#tell(id, event));
  }

  /** From now on nobody else tells of the job, so that its ending is told once. */
  #replace(following: Following): void {
    const { id } = following.record;
    const before = this.#followings.get(id);
    if (before !== following) before?.stop();
    this.#followings.set(id, following);
  }

  #tell(jobId: string, { type, data }: JobEvent): void {
    const { positions, emit } = this.#parts;
    if (type === "progress") positions.set(jobId, { epoch: data.epoch, offset: data.offset });
    else {
      positions.delete(jobId);
      this.#followings.delete(jobId);
    }
    emit(`inscription-${type}`, data);
  }
}

function readReference(payload: unknown): z.infer<typeof jobReference> {
  const result = jobReference.safeParse(payload);
  if (result.success) return result.data;
  throw new InscriptionError("invalid_request", `Invalid request: ${describeIssue(result.error)}`);
}

function unknownJob({ jobId }: { readonly jobId: string }): never {
  throw new InscriptionError("not_found", `There is no inscription ${jobId} of this API key`);
}

/** The job that a request is about, where it names one. */
function subjectOf(payload: unknown): { readonly jobId?: string } {
  const { data } = jobReference.safeParse(payload);
  return data === undefined ? {} : { jobId: data.jobId };
}

/** What a client is told of an error. */
export function describeFailure(error: unknown): object {
  if (!(error instanceof InscriptionError || error instanceof Refusal)) {
    logFault(error);
    return { error: "Internal error", code: "internal_error" };
  }
  const { message, code, retryAfterMs } = error;
  return { error: message, code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

function logFault(error: unknown): void {
  faults.error(log, "request", "Fault in a client's request: {error}", { error });
}
