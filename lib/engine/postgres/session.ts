import { Socket } from "node:net";
import type { Sql } from "postgres";
import { systemClock } from "../../protocol/mod.ts";
import type { DatabaseAddress, Host } from "./address.ts";
import { DatabaseFailure, failureOf } from "./failure.ts";

/** A row of an answer, by the names of its columns: numbers of 32 bits are numbers, all else is text. */
type Row = Readonly<Record<string, string | number | boolean | null>>;

/** What a statement came to. */
export interface Answer {
  readonly rows: readonly Row[];
  /** Such as `COMMIT`. */
  readonly tag: string;
  /** Rows that were written, or read. */
  readonly count: number;
}

/** How a session is opened. */
export interface SessionOptions {
  readonly address: DatabaseAddress;
  readonly host: Host;
  /** Milliseconds for which an answer is waited for. */
  readonly patience: number;
  /** Is told of a notification. */
  readonly onNotification?: (payload: string) => void;
  /** Is told once when the connection has ended. */
  readonly onEnd?: () => void;
}

/**
 * The database gives up before we do, and one who stands still in a transaction, with its locks, is put out of it. Milliseconds.
 */
const limits = {
  idle_in_transaction_session_timeout: 1000,
  lock_timeout: 4000,
  statement_timeout: 4500,
} as const;

const beginning = "begin isolation level read committed";
/** Through a pooler nothing holds for longer than a transaction. */
const beginningPooled = [
  beginning,
  ...Object.entries(limits).map(([name, value]) => `set local ${name} = ${value}`),
].join("; ");

/**
 * One connection to the database. Once it has ended it never comes back: what belongs to a transaction cannot go on over
 * another connection. Statements that are sent without waiting travel together.
 */
export class Session {
  readonly #sql: Sql;
  readonly #socket: Socket;
  readonly #options: SessionOptions;
  #end: DatabaseFailure | undefined;
  #warned = false;

  private constructor(sql: Sql, socket: Socket, options: SessionOptions) {
    this.#sql = sql;
    this.#socket = socket;
    this.#options = options;
  }

  /** @throws {DatabaseFailure} where there is no way to the database */
  static async open(options: SessionOptions): Promise<Session> {
    // Where no database is used, nothing of it is loaded.
    const { default: postgres } = await import("postgres");
    const { address, host, patience, onNotification } = options;
    const socket = new Socket();
    const dialled = dial(socket, host);
    const hooks = { note: (_code: string | undefined) => {}, end: () => {} };
    const settings = {
      host: host.host,
      port: host.port,
      user: address.user,
      password: address.password,
      database: address.database,
      ssl: tlsOptions(address, host),
      socket: () => dialled(),
      max: 1,
      prepare: address.prepare,
      fetch_types: false,
      idle_timeout: undefined,
      max_lifetime: null,
      connect_timeout: Math.ceil(patience / 1000),
      keep_alive: 15,
      connection: { application_name: "heliograph", ...address.prepare ? limits : {} },
      onnotice: ({ code }: Readonly<Record<string, string>>) => hooks.note(code),
      onnotify: (_channel: string, payload: string) => onNotification?.(payload),
      onclose: () => hooks.end(),
    };
    const session = new Session(postgres(settings), socket, options);
    hooks.note = (code) => session.#note(code);
    hooks.end = () => {
      session.#ended(new DatabaseFailure("the connection to the database has ended", "unknown"));
    };
    return session;
  }

  get isOpen(): boolean {
    return this.#end === undefined;
  }

  /**
   * Sends a statement.
   *
   * @throws {DatabaseFailure} where it was refused, or no answer came
   */
  async run(statement: string, ...parameters: readonly (string | null)[]): Promise<Answer> {
    if (this.#end !== undefined) throw this.#end;
    const { patience } = this.#options;
    const late = systemClock.after(patience, () => {
      this.fail(new DatabaseFailure(`the database has not answered for ${patience / 1000} s`, "unknown"));
    });
    try {
      const rows = await this.#sql.unsafe<Row[]>(statement, [...parameters], {
        prepare: parameters.length > 0,
      });
      return { rows, tag: rows.command, count: rows.count };
    } catch (error) {
      const failure = this.#end ?? failureOf(error);
      if (failure.endsConnection) this.fail(failure);
      throw failure;
    } finally {
      late.cancel();
    }
  }

  /** Begins a transaction, in which nobody stands still for long. */
  async begin(): Promise<void> {
    this.#warned = false;
    await this.run(this.#options.address.prepare ? beginning : beginningPooled);
  }

  /** Whether a warning came since the last call that what was committed may not have reached a standby. */
  takeWarning(): boolean {
    const warned = this.#warned;
    this.#warned = false;
    return warned;
  }

  /** Ends the connection; what is under way fails with this. */
  fail(failure: DatabaseFailure): void {
    this.#ended(failure);
    this.#socket.destroy();
  }

  close(): void {
    this.fail(new DatabaseFailure("the store is closed", "unknown"));
  }

  #note(code: string | undefined): void {
    if (code?.startsWith("01")) this.#warned = true;
  }

  #ended(failure: DatabaseFailure): void {
    if (this.#end !== undefined) return;
    this.#end = failure;
    this.#options.onEnd?.();
  }
}

/** Connects a socket, the first time; the driver would otherwise connect again by itself. */
function dial(socket: Socket, { host, port }: Host): () => Promise<Socket> {
  let isUsed = false;
  return () => {
    if (isUsed) return Promise.reject(new Error("the connection to the database has ended"));
    isUsed = true;
    const { promise, resolve, reject } = Promise.withResolvers<Socket>();
    const closed = () => reject(new Error(`cannot connect to ${host}:${port}`));
    socket.once("error", reject);
    socket.once("close", closed);
    socket.connect(port, host, () => {
      socket.off("error", reject);
      socket.off("close", closed);
      resolve(socket);
    });
    return promise;
  };
}

function tlsOptions({ tls, authorities }: DatabaseAddress, { host }: Host): object | false {
  if (tls === "disable") return false;
  return {
    host,
    servername: host,
    rejectUnauthorized: tls === "verify-full",
    ...authorities === undefined ? {} : { ca: Deno.readTextFileSync(authorities) },
  };
}
