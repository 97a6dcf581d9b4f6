import { systemClock } from "../../protocol/mod.ts";
import type { DatabaseAddress, Host } from "./address.ts";
import { DatabaseFailure, failureOf } from "./failure.ts";
import { Session, type SessionOptions } from "./session.ts";

/** How sessions are opened. */
type PoolOptions = Omit<SessionOptions, "host" | "onEnd"> & {
  /** How many there are at most. */
  readonly size: number;
};

interface Waiting {
  readonly resolve: (session: Session) => void;
  readonly reject: (failure: DatabaseFailure) => void;
}

/** Connections to the primary, each used by one at a time, opened when they are needed. */
export class SessionPool {
  readonly #options: PoolOptions;
  readonly #all = new Set<Session>();
  readonly #idle: Session[] = [];
  readonly #waiting: Waiting[] = [];
  #opening = 0;
  #isClosed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** How many there are at most. */
  get size(): number {
    return this.#options.size;
  }

  /** Gives `work` a session of its own. */
  async use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.#take();
    try {
      return await work(session);
    } finally {
      this.#giveBack(session);
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const session of this.#all) session.close();
    for (const { reject } of this.#waiting.splice(0)) reject(closed());
  }

  #take(): Promise<Session> {
    if (this.#isClosed) return Promise.reject(closed());
    for (let session = this.#idle.pop(); session !== undefined; session = this.#idle.pop()) {
      if (session.isOpen) return Promise.resolve(session);
    }
    const { promise, resolve, reject } = Promise.withResolvers<Session>();
    const { patience: each, address } = this.#options;
    // An attempt at a connection gives up before, and knows why.
    const patience = each * address.hosts.length + 1000;
    const waiting: Waiting = {
      resolve: (session) => (late.cancel(), resolve(session)),
      reject: (failure) => (late.cancel(), reject(failure)),
    };
    const late = systemClock.after(patience, () => {
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      reject(
        new DatabaseFailure(`no connection to the database came free within ${patience / 1000} s`, "refused"),
      );
    });
    this.#waiting.push(waiting);
    this.#openMore();
    return promise;
  }

  #giveBack(session: Session): void {
    if (!session.isOpen) return this.#openMore();
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(session);
    else next.resolve(session);
  }

  #openMore(): void {
    const wanted = Math.min(
      this.#waiting.length - this.#opening,
      this.#options.size - this.#all.size - this.#opening,
    );
    for (let count = 0; count < wanted; count += 1) void this.#open();
  }

  async #open(): Promise<void> {
    this.#opening += 1;
    try {
      const session = await openPrimary(this.#options, (ended) => this.#all.delete(ended));
      if (this.#isClosed) return session.close();
      this.#all.add(session);
      this.#opening -= 1;
      this.#giveBack(session);
    } catch (error) {
      this.#opening -= 1;
      this.#waiting.shift()?.reject(failureOf(error));
    }
  }
}

/** Opens a session to the one of the hosts that takes writes. */
export async function openPrimary(
  options: Omit<SessionOptions, "host" | "onEnd"> & { readonly address: DatabaseAddress },
  onEnd: (session: Session) => void,
): Promise<Session> {
  const problems: string[] = [];
  for (const host of options.address.hosts) {
    const session = await openAt(host, options, onEnd).catch(failureOf);
    if (session instanceof Session) return session;
    if (session.code?.startsWith("28") || session.code?.startsWith("3D")) throw session;
    problems.push(`${host.host}:${host.port}: ${session.message}${doubtOf(options.address)}`);
  }
  throw new DatabaseFailure(`there is no way to the database (${problems.join("; ")})`, "unknown");
}

async function openAt(
  host: Host,
  options: Omit<SessionOptions, "host" | "onEnd">,
  onEnd: (session: Session) => void,
): Promise<Session> {
  const session: Session = await Session.open({ ...options, host, onEnd: () => onEnd(session) });
  try {
    const { rows: [row] } = await session.run("select pg_is_in_recovery() as standby");
    if (row?.["standby"] !== true) return session;
  } catch (error) {
    session.close();
    throw error;
  }
  session.close();
  throw new DatabaseFailure("is a standby, which takes no writes", "unknown");
}

/** The runtime's TLS within a connection that has begun without hangs in older versions, 2.7.12 among them. */
function doubtOf({ tls }: DatabaseAddress): string {
  const [major = 0, minor = 0] = Deno.version.deno.split(".").map(Number);
  if (tls === "disable" || major > 2 || minor >= 9) return "";
  return `; TLS to PostgreSQL does not work in Deno ${Deno.version.deno}, it does in 2.9.6: run that, or use a way ` +
    "that is protected otherwise, with sslmode=disable";
}

function closed(): DatabaseFailure {
  return new DatabaseFailure("the store is closed", "unknown");
}
