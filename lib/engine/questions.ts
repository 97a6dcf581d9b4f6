import { type Clock, sleep } from "../protocol/mod.ts";
import { logger, Throttle } from "../telemetry/mod.ts";
import type { Follower, Followers } from "./followers.ts";
import type { LogEntry } from "./log.ts";
import type { Store } from "./store.ts";

const log = logger("store");
/** The channel of the log with what servers ask each other, and that they have answered. */
const channel = "questions";
const answersKey = "answers";
/** Milliseconds for which an answer is waited for, and for which it is kept. */
const [usualPatience, keptFor] = [1000, 60_000];
/** How many questions are remembered as answered. */
const mostRemembered = 1000;

/** What the log keeps of a question. */
interface Question {
  readonly id: string;
  readonly about: string;
  readonly of: readonly string[];
  readonly question: unknown;
}

/** That a server has answered: what it says is kept in the store for the one who asked. */
interface Notice {
  readonly answered: string;
  readonly by: string;
}

/** A question that was asked here. */
interface Asked {
  readonly answers: Map<string, unknown>;
  /** Whose answers are being read. */
  readonly reading: Set<string>;
  news: PromiseWithResolvers<void>;
}

/** What came of a question. */
export interface Answers<T> {
  /** By the names of the servers. */
  readonly answers: ReadonlyMap<string, T>;
  /** Those that have not answered in time. */
  readonly silent: readonly string[];
}

/** How a question is asked. */
export interface AskOptions<T> {
  /** The names of the servers that are asked. */
  readonly of: Iterable<string>;
  /** Whether an answer makes the others needless. */
  readonly isEnough?: (answer: T) => boolean;
  /** Milliseconds for which answers are waited for. */
  readonly patience?: number;
}

/**
 * Questions that the servers of a store put to each other, through its log alone: whoever reaches the store reaches them, and
 * no server has to know where another one is.
 */
export class Questions implements Follower {
  readonly #store: Store;
  readonly #followers: Followers;
  readonly #clock: Clock;
  readonly #self: () => string;
  readonly #faults: Throttle;
  readonly #answerers = new Map<string, (question: unknown) => unknown>();
  readonly #asked = new Map<string, Asked>();
  readonly #seen = new Set<string>();

  constructor(
    options: {
      store: Store;
      followers: Followers;
      clock: Clock;
      /** This server's name. */
      self: () => string;
    },
  ) {
    this.#store = options.store;
    this.#followers = options.followers;
    this.#clock = options.clock;
    this.#self = options.self;
    this.#faults = new Throttle({ clock: options.clock });
    this.#followers.add(channel, this);
  }

  /** This server's name among those of the store. */
  get self(): string {
    return this.#self();
  }

  /** Has questions about something answered here from now on. What is answered is plain data, of a bounded size. */
  answer<Q>(about: string, answer: (question: Q) => unknown): void {
    this.#answerers.set(about, (question) => answer(question as Q));
  }

  /** Asks other servers, and resolves when all have answered, one has said enough, or the time is over. */
  async ask<T>(
    about: string,
    question: unknown,
    { of, isEnough = () => false, patience = usualPatience }: AskOptions<T>,
  ): Promise<Answers<T>> {
    const names = [...of].filter((name) => name !== this.self);
    if (names.length === 0) return { answers: new Map(), silent: [] };
    const id = crypto.randomUUID();
    const asked: Asked = { answers: new Map(), reading: new Set(), news: Promise.withResolvers() };
    this.#asked.set(id, asked);
    const over = new AbortController();
    let isOver = false;
    const ending = sleep(this.#clock, patience, over.signal).then(() => void (isOver = true));
    try {
      await this.#append({ id, about, of: names, question } satisfies Question);
      const answers = asked.answers as Map<string, T>;
      const isDone = () => names.every((name) => answers.has(name)) || answers.values().some(isEnough);
      while (!isOver && !isDone()) await Promise.race([asked.news.promise, ending]);
      return { answers, silent: names.filter((name) => !answers.has(name)) };
    } finally {
      over.abort();
      this.#asked.delete(id);
    }
  }

  take(entries: readonly LogEntry[]): void {
    for (const { data } of entries) this.#hear(data as Question | Notice);
  }

  /** What was asked or answered may not have been told. */
  look(): void {
    this.#readAgain().catch((error) => {
      this.#faults.warn(log, "read", "Cannot read what other servers ask: {error}", { error });
    });
  }

  #hear(said: Question | Notice): void {
    if ("answered" in said) {
      const asked = this.#asked.get(said.answered);
      if (asked !== undefined) void this.#read(said.answered, said.by, asked);
    } else if (said.of.includes(this.self) && !this.#seen.has(said.id)) {
      this.#remember(said.id);
      this.#answer(said).catch((error) => {
        this.#faults.warn(log, "answer", "Cannot answer another server: {error}", { error });
      });
    }
  }

  #remember(id: string): void {
    this.#seen.add(id);
    for (const oldest of this.#seen) {
      if (this.#seen.size <= mostRemembered) break;
      this.#seen.delete(oldest);
    }
  }

  async #answer({ id, about, question }: Question): Promise<void> {
    const answerer = this.#answerers.get(about);
    if (answerer === undefined) return;
    const answer = await answerer(question);
    const by = this.self;
    await this.#append({ answered: id, by } satisfies Notice, [answersKey, id, by], { answer });
  }

  async #append(
    said: Question | Notice,
    key?: readonly [string, string, string],
    value?: { readonly answer: unknown },
  ): Promise<void> {
    await this.#store.transact(async (transaction) => {
      if (key !== undefined) transaction.set(key, value, { expireIn: keptFor });
      await transaction.append(channel, said);
    }, { lock: channel });
  }

  async #read(id: string, by: string, asked: Asked): Promise<void> {
    if (asked.reading.has(by)) return;
    asked.reading.add(by);
    try {
      const kept = await this.#store.get<{ readonly answer: unknown }>([answersKey, id, by]);
      if (kept === null) return;
      asked.answers.set(by, kept.answer);
      asked.news.resolve();
      asked.news = Promise.withResolvers();
    } catch (error) {
      this.#faults.warn(log, "read", "Cannot read what another server answers: {error}", { error });
    } finally {
      asked.reading.delete(by);
    }
  }

  async #readAgain(): Promise<void> {
    const [entries, now] = await Promise.all([this.#followers.log.kept(channel), this.#store.now()]);
    const since = now - usualPatience;
    this.take(entries.filter(({ at, data }) => at >= since || "answered" in (data as object)));
  }
}
