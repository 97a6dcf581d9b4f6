import {
  type Followers,
  newestValueKey,
  type OwnStreamRecord,
  OwnStreamRepository,
  ownStreamsChannel,
  SharedRecords,
  type Store,
} from "../engine/mod.ts";
import type { ChannelSettings } from "../hub/mod.ts";
import { type Clock, type Declaration, type ValueCheck, valueCheck } from "../protocol/mod.ts";
import { type Commits, logChannel, LoggedPast } from "./past.ts";
import { PushedStream } from "./pushed_stream.ts";

/** Streams that may be declared. */
const most = 100;

/** A declared stream with what was declared. */
interface DeclaredStream {
  readonly stream: PushedStream;
  readonly declaration: Declaration;
  readonly check: ValueCheck;
}

/** A declared stream as it was when it was opened, or changed. */
interface Served extends DeclaredStream {
  readonly record: OwnStreamRecord;
}

/** There is no room for one more. */
export class TooManyStreams extends RangeError {}

/** The streams that the operator's back end has declared at any server of the store, with what it publishes to them. */
export class DeclaredStreams {
  readonly #repository: OwnStreamRepository;
  readonly #records: SharedRecords<OwnStreamRecord>;
  readonly #followers: Followers;
  readonly #commits: Commits;
  readonly #clock: Clock;
  readonly #settings: ChannelSettings;
  readonly #streams = new Map<string, Served>();

  constructor(options: {
    store: Store;
    followers: Followers;
    commits: Commits;
    clock: Clock;
    settings: ChannelSettings;
  }) {
    this.#repository = new OwnStreamRepository(options.store);
    this.#followers = options.followers;
    this.#commits = options.commits;
    this.#clock = options.clock;
    this.#settings = options.settings;
    this.#records = new SharedRecords({
      followers: options.followers,
      channel: ownStreamsChannel,
      list: () => this.#repository.list(),
      keyOf: ({ name }) => name,
      onChange: () => this.#changed(),
    });
  }

  /** Reads what is declared, and what was published; from then on hears of what other servers do. */
  async begin(): Promise<void> {
    await this.#records.begin();
    await Promise.all(this.#streams.values().map(({ stream }) => stream.settled()));
  }

  find(name: string): DeclaredStream | undefined {
    return this.#streams.get(name);
  }

  all(): Iterable<DeclaredStream> {
    return this.#streams.values();
  }

  /**
   * Declares a stream, or changes what was declared; it is there when the promise resolves, here and soon at every server.
   *
   * @throws {TooManyStreams} when there is no room for one more
   */
  async declare(name: string, declaration: Declaration): Promise<DeclaredStream> {
    if (!this.#records.has(name) && this.#records.size >= most) {
      throw new TooManyStreams(`Cannot declare stream: there are ${most}, remove some`);
    }
    const { log } = this.#followers;
    const { offset } = await log.head(logChannel(name));
    const change = await this.#repository.change(
      name,
      (known) => ({ name, declaration, start: known?.start ?? offset }),
    );
    await this.#records.change(change);
    const declared = this.#streams.get(name);
    if (declared === undefined) throw new Error(`Stream ${name} was removed meanwhile`);
    await declared.stream.settled();
    return declared;
  }

  /** Removes a stream, with those who listen to it; false when it is not declared. */
  async remove(name: string): Promise<boolean> {
    if (!this.#records.has(name)) return false;
    await this.#records.change(await this.#repository.delete(name));
    return true;
  }

  stop(): void {
    for (const { stream } of this.#streams.values()) stream.stop();
  }

  #changed(): void {
    for (const [name, { record, stream }] of this.#streams) {
      const now = this.#records.get(name);
      if (now === record) continue;
      if (now === undefined || now.start !== record.start || !sameHistory(now, record)) {
        this.#end(name, stream);
      } else {
        this.#streams.set(name, serve(now, stream));
        // Whoever listens has to show a token from now on.
        if (now.declaration.private && !record.declaration.private) stream.dismiss();
      }
    }
    for (const record of this.#records.values()) if (!this.#streams.has(record.name)) this.#open(record);
  }

  #end(name: string, stream: PushedStream): void {
    this.#streams.delete(name);
    stream.stop();
    stream.dismiss();
  }

  #open(record: OwnStreamRecord): void {
    const { name, start, declaration: { history } } = record;
    const past = new LoggedPast(name, this.#followers, this.#commits, {
      start,
      newest: newestValueKey(name),
    });
    const { size, ttl } = this.#settings;
    const settings = {
      ...this.#settings,
      size: Math.min(size, history?.size ?? size),
      ttl: Math.min(ttl, 1000 * (history?.ttl ?? ttl)),
    };
    const stream = new PushedStream(name, { clock: this.#clock, past, settings });
    this.#streams.set(name, serve(record, stream));
    stream.begin();
  }
}

function sameHistory(one: OwnStreamRecord, other: OwnStreamRecord): boolean {
  const [a, b] = [one.declaration.history, other.declaration.history];
  return a?.size === b?.size && a?.ttl === b?.ttl;
}

function serve(record: OwnStreamRecord, stream: PushedStream): Served {
  const { declaration } = record;
  return { record, stream, declaration, check: valueCheck(declaration.schema) };
}
