import type { JobSocketLike, SocketFactory, SocketOptions } from "../../../lib/client/mod.ts";
import type { Fetch } from "../../../lib/client/mod.ts";

/** A job as the fake server keeps it. */
export interface FakeJob {
  readonly id: string;
  readonly body: Readonly<Record<string, unknown>>;
  status: string;
  progress: number;
  messages: number;
  offset: number;
  error?: string;
}

type Listener = (...values: unknown[]) => void;
type Answer = Record<string, unknown>;

/** What the server was asked, by an event's name or by method and path. */
interface Asked {
  readonly what: string;
  readonly payload: unknown;
}

const topicId = "0.0.77";

/** The server's end of one Socket.IO connection. */
class FakeSocket implements JobSocketLike {
  readonly #listeners = new Map<string, Listener>();
  readonly followed = new Set<string>();
  isOpen = true;

  constructor(
    readonly url: string,
    readonly options: SocketOptions,
    private readonly server: FakeJobServer,
  ) {
    queueMicrotask(() => server.connecting(this));
  }

  on(event: string, listener: Listener): void {
    this.#listeners.set(event, listener);
  }

  emit(event: string, payload: unknown, acknowledge: Listener): void {
    queueMicrotask(() => {
      if (this.isOpen) this.server.received(this, event, payload, acknowledge);
    });
  }

  disconnect(): void {
    this.isOpen = false;
    this.server.sockets.delete(this);
  }

  fire(event: string, ...values: unknown[]): void {
    if (this.isOpen) this.#listeners.get(event)?.(...values);
  }
}

/** A gateway's jobs in this process, over Socket.IO and HTTP, as a test scripts them. */
export class FakeJobServer {
  readonly apiKey = "key-of-the-test";
  readonly jobs: FakeJob[] = [];
  readonly asked: Asked[] = [];
  /** The jobs of which a client said that it executed the transaction, by either way; not among what was asked. */
  readonly said: string[] = [];
  /** Answers to the next that are said, instead of a success. */
  readonly doubts: Answer[] = [];
  readonly sockets = new Set<FakeSocket>();
  /** Every attempt to connect. */
  readonly attempts: FakeSocket[] = [];
  socketMode: "open" | "refuse" | "hang" = "open";
  httpMode: "open" | "refuse" | "hang" = "open";
  /** How often a start is taken in and its connection lost before the acknowledgement. */
  lostAcknowledgements = 0;
  /** Whether a job is complete in the turn in which its start is acknowledged. */
  completesAtOnce = false;
  /** Answers to the next requests, instead of what would be answered. */
  readonly refusals: Answer[] = [];
  readonly responses: (() => Response)[] = [];
  servers: unknown = { servers: [], recommended: null };

  readonly io: SocketFactory = (url, options) => {
    const socket = new FakeSocket(url, options, this);
    this.attempts.push(socket);
    return socket;
  };

  readonly fetch: Fetch = async (url, init = {}) => {
    const { pathname, searchParams } = new URL(url);
    const payload = typeof init.body === "string" ? JSON.parse(init.body) : Object.fromEntries(searchParams);
    if (pathname === "/inscriptions/executed" && this.httpMode === "open") {
      this.said.push(`HTTP ${payload.jobId}`);
      return Response.json({ id: payload.jobId });
    }
    this.asked.push({ what: `${init.method ?? "GET"} ${pathname}`, payload });
    await Promise.resolve();
    if (this.httpMode === "refuse") throw new TypeError("connection refused");
    if (this.httpMode === "hang") return await aborted(init.signal);
    const scripted = this.responses.shift();
    if (scripted !== undefined) return scripted();
    if (new Headers(init.headers).get("x-api-key") !== this.apiKey) return refuse(401, "unauthorized");
    return this.#serve(pathname, payload);
  };

  /** How many requests there were of a kind. */
  count(what: string): number {
    return this.asked.filter((asked) => asked.what === what).length;
  }

  last(what: string): unknown {
    return this.asked.findLast((asked) => asked.what === what)?.payload;
  }

  connecting(socket: FakeSocket): void {
    if (!socket.isOpen || this.socketMode === "hang") return;
    if (this.socketMode === "refuse") return socket.fire("connect_error", new Error("websocket error"));
    if (socket.options.auth.apiKey !== this.apiKey) {
      const error = Object.assign(new Error("Invalid API key"), { data: { code: "unauthorized" } });
      return socket.fire("connect_error", error);
    }
    this.sockets.add(socket);
    socket.fire("connect");
  }

  received(socket: FakeSocket, event: string, payload: unknown, acknowledge: Listener): void {
    if (event === "inscription-executed") {
      this.said.push(`Socket.IO ${(payload as Answer)["jobId"]}`);
      const doubt = this.doubts.shift();
      return acknowledge({ success: doubt === undefined, ...doubt });
    }
    this.asked.push({ what: event, payload });
    const refusal = this.refusals.shift();
    if (refusal !== undefined) return acknowledge({ success: false, ...refusal });
    if (event === "start-inscription") this.#start(socket, payload as Answer, acknowledge);
    else this.#follow(socket, payload as Answer, acknowledge);
  }

  /** Moves a job on, and tells those who follow it. */
  progress(job: FakeJob, progress: number, more: Answer = {}): void {
    Object.assign(job, { status: "processing", progress, messages: progress, offset: job.offset + 1 });
    this.tell(job, "inscription-progress", { ...view(job), ...more });
  }

  complete(job: FakeJob): void {
    this.progress(job, 100);
    Object.assign(job, { status: "completed", offset: job.offset + 1 });
    this.tell(job, "inscription-complete", view(job));
  }

  fail(job: FakeJob, error: string): void {
    Object.assign(job, { status: "failed", error, offset: job.offset + 1 });
    this.tell(job, "inscription-error", { jobId: job.id, error, epoch: "e", offset: job.offset });
  }

  tell(job: FakeJob, event: string, data: Answer): void {
    for (const socket of this.sockets) if (socket.followed.has(job.id)) socket.fire(event, data);
  }

  /** Ends every connection. */
  drop(reason = "transport close"): void {
    for (const socket of [...this.sockets]) socket.fire("disconnect", reason);
  }

  #start(socket: FakeSocket, payload: Answer, acknowledge: Listener): void {
    const job = this.#take(payload);
    if (this.lostAcknowledgements > 0) {
      this.lostAcknowledgements -= 1;
      return socket.fire("disconnect", "transport close");
    }
    acknowledge({ success: true, ...view(job) });
    socket.followed.add(job.id);
    if (this.completesAtOnce) this.complete(job);
  }

  #follow(socket: FakeSocket, { jobId }: Answer, acknowledge: Listener): void {
    const job = this.jobs.find(({ id }) => id === jobId);
    if (job === undefined) return acknowledge({ success: false, code: "not_found", error: "No such job" });
    acknowledge({ success: true, ...view(job) });
    socket.followed.add(job.id);
    const events = { completed: "inscription-complete", failed: "inscription-error" } as Answer;
    socket.fire(String(events[job.status] ?? "inscription-progress"), view(job));
  }

  /** The same request makes one job. */
  #take(body: Answer): FakeJob {
    const known = this.jobs.find((job) => job.body["requestId"] === body["requestId"]);
    if (known !== undefined) return known;
    const id = `job-${this.jobs.length + 1}`;
    const job = { id, body, status: "awaiting_payment", progress: 0, messages: 0, offset: 1 };
    this.jobs.push(job);
    return job;
  }

  #serve(path: string, payload: Answer): Response {
    if (path === "/inscriptions/websocket-servers") return Response.json(this.servers);
    if (path === "/inscriptions/start-inscription") return Response.json(view(this.#take(payload)));
    const id = path === "/inscriptions/retrieve-inscription" ? payload["id"] : path.split("/").at(-1);
    const job = this.jobs.find((job) => job.id === id);
    if (job === undefined) return refuse(404, "not_found");
    if (path !== "/inscriptions/retrieve-inscription" && job.status !== "completed") {
      this.fail(job, "Cancelled");
    }
    return Response.json(view(job));
  }
}

/** A refusal over HTTP as a gateway spells it. */
export function refuse(status: number, code: string, headers: Record<string, string> = {}): Response {
  const message = `refused: ${code}`;
  return Response.json({ message, error: { code, message } }, { status, headers });
}

function view({ id, status, progress, messages, offset, error }: FakeJob): Answer {
  return {
    ...{ id, jobId: id, status, progress, messages, maxMessages: 100, epoch: "e", offset },
    ...{ tx_id: "0.0.5@1.2", transactionBytes: "AQ==", completed: status === "completed" },
    ...(progress > 0 ? { topicId, topic_id: topicId } : { topic_id: null }),
    ...(error === undefined ? {} : { error }),
  };
}

function aborted(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason));
  });
}
