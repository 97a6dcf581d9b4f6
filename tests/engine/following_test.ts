import { assertEquals } from "@std/assert";
import { KvEngine } from "../../lib/engine/kv/kv_engine.ts";
import { Random } from "../e2e/crash/random.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { inTime, until } from "../helpers/until.ts";
import { temporaryFolder } from "./folder.ts";

const history = { size: 10_000, ttl: 3_600_000 };
const channels = ["a", "b", "c"] as const;

/** A server that appends to the log and follows it, and may stand still in the midst of that, for ever too. */
class Server {
  readonly #engine: KvEngine;
  readonly #clock: FakeClock;
  /** What it does once it goes on. */
  readonly #begun: (() => Promise<void>)[] = [];
  /** Milliseconds for which it has stood still, while it does. */
  #missed: number | undefined;
  #following: { readonly stop: AbortController; readonly over: Promise<void> } | undefined;
  /** What it knows of: channel and offset. */
  #known = new Set<string>();
  #isSteady = true;
  #beginnings = 0;

  private constructor(engine: KvEngine, clock: FakeClock) {
    this.#engine = engine;
    this.#clock = clock;
  }

  static async start(path: string): Promise<Server> {
    const clock = new FakeClock();
    return new Server(await KvEngine.open(path, { clock, history, machine: clock }), clock);
  }

  get runs(): boolean {
    return this.#missed === undefined;
  }

  get follows(): boolean {
    return this.#following !== undefined;
  }

  get hasBegun(): boolean {
    return this.#begun.length > 0;
  }

  /** Begins to append, and does nothing more before `goOn`. */
  async begin(channel: string, lock?: string): Promise<void> {
    const [begun, going] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const appending = this.#engine.transact(async (transaction) => {
      const offset = await transaction.append(channel, "entry");
      begun.resolve();
      await going.promise;
      return offset;
    }, lock === undefined ? {} : { lock });
    this.#begun.push(async () => {
      going.resolve();
      this.#known.add(`${channel} ${await appending}`);
    });
    await begun.promise;
  }

  /** Finishes what it has begun. */
  async goOn(): Promise<void> {
    await Promise.all(this.#begun.splice(0).map((finish) => finish()));
  }

  /** Begins to follow. */
  follow(): void {
    const stop = new AbortController();
    this.#beginnings = 0;
    this.#isSteady = true;
    this.#following = { stop, over: this.#follow(stop.signal) };
  }

  async unfollow(): Promise<void> {
    this.#following?.stop.abort();
    await inTime(this.#following?.over ?? Promise.resolve(), "the end of following");
    this.#following = undefined;
  }

  /** Does nothing more before it thaws. */
  freeze(): void {
    this.#missed ??= 0;
    this.#isSteady = false;
  }

  thaw(): void {
    this.#clock.standStill(this.#missed ?? 0);
    this.#missed = undefined;
  }

  async pass(milliseconds: number): Promise<void> {
    if (this.#missed !== undefined) this.#missed += milliseconds;
    else await this.#clock.advance(milliseconds);
  }

  /** Waits until it has dealt with what it has found. */
  async rest(): Promise<void> {
    await until(() => this.#clock.pending > 0, "the follower to have read what there is");
  }

  /** What it should know of, and does not. */
  async missing(): Promise<string[]> {
    const all = (await Promise.all(channels.map((channel) => this.#upToHead(channel)))).flat();
    return all.filter((entry) => !this.#known.has(entry));
  }

  /** How often it was told to begin anew, beyond what its standing still explains. */
  get needlessBeginnings(): number {
    return this.#isSteady ? this.#beginnings - 1 : 0;
  }

  close(): void {
    this.#engine.close();
  }

  async #follow(signal: AbortSignal): Promise<void> {
    for await (const news of this.#engine.log.follow(() => true, signal)) {
      if (news === "anew") {
        this.#beginnings += 1;
        const all = await Promise.all(channels.map((channel) => this.#upToHead(channel)));
        for (const entry of all.flat()) this.#known.add(entry);
      } else {
        for (const { channel, offset } of news) this.#known.add(`${channel} ${offset}`);
      }
    }
  }

  async #upToHead(channel: string): Promise<string[]> {
    const { offset } = await this.#engine.log.head(channel);
    return Array.from({ length: offset }, (_, index) => `${channel} ${index + 1}`);
  }
}

/** Servers of one file, of which a random one does a random thing at each step. */
class Town implements AsyncDisposable {
  readonly #path: string;
  readonly #most: number;
  readonly #random: Random;
  readonly #stack = new AsyncDisposableStack();
  #servers: Server[] = [];

  /** @param most servers that there are at a time, without those that have crashed */
  constructor(path: string, most: number, random: Random) {
    this.#path = path;
    this.#most = most;
    this.#random = random;
  }

  async step(): Promise<void> {
    const [share, act] = this.#pick(this.#acts);
    if (this.#random.chance(share)) await act();
  }

  /** Has a second pass, in which whoever follows and runs hears of everything. */
  async catchUp(): Promise<void> {
    for (let quarter = 0; quarter < 4; quarter += 1) {
      await this.#rest();
      await this.#pass(250);
    }
    await this.#rest();
    for (const server of this.#followers) {
      assertEquals([await server.missing(), server.needlessBeginnings], [[], 0]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) {
      server.thaw();
      await server.goOn();
    }
    await this.#stack.disposeAsync();
  }

  readonly #acts: readonly (readonly [share: number, act: () => Promise<unknown> | void])[] = [
    [1, () => this.#with(({ runs, hasBegun }) => runs && !hasBegun, (server) => this.#begin(server))],
    [1, () => this.#with(({ runs, hasBegun }) => runs && hasBegun, (server) => server.goOn())],
    [1, () =>
      this.#with(({ runs, hasBegun }) => runs && !hasBegun, async (server) => {
        await this.#begin(server);
        await server.goOn();
      })],
    [1, () => this.#start()],
    [1, () => this.#with(({ runs, follows }) => runs && !follows, (server) => server.follow())],
    [0.2, () => this.#with(({ runs, follows }) => runs && follows, (server) => server.unfollow())],
    [0.15, () => this.#with(() => true, (server) => this.#crash(server))],
    [0.3, () => this.#with(({ runs }) => runs, (server) => server.freeze())],
    [0.7, () => this.#with(({ runs }) => !runs, (server) => server.thaw())],
    [1, () => this.#pass(this.#random.between(1, 500))],
    [0.5, () => this.#pass(this.#random.between(1000, 10_000))],
    [0.4, () => this.#passLong()],
  ];

  async #start(): Promise<void> {
    if (this.#servers.length === this.#most) return;
    const server = await Server.start(this.#path);
    this.#stack.defer(() => server.close());
    this.#servers.push(server);
  }

  async #begin(server: Server): Promise<void> {
    await server.begin(this.#pick(channels), this.#pick([undefined, "l", "m"]));
  }

  /** Nothing of it goes on, as in a process that was killed. */
  #crash(server: Server): void {
    server.freeze();
    this.#servers = this.#servers.filter((other) => other !== server);
  }

  async #pass(milliseconds: number): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.pass(milliseconds)));
  }

  /** Long enough for those who stand still to be taken for gone. */
  async #passLong(): Promise<void> {
    for (let part = 0; part < 7; part += 1) {
      await this.#pass(10_000);
      await this.#rest();
    }
  }

  async #rest(): Promise<void> {
    await Promise.all(this.#followers.map((server) => server.rest()));
  }

  get #followers(): Server[] {
    return this.#servers.filter(({ follows, runs }) => follows && runs);
  }

  async #with(
    can: (server: Server) => boolean,
    act: (server: Server) => Promise<void> | void,
  ): Promise<void> {
    const server = this.#pick(this.#servers.filter(can));
    if (server !== undefined) await act(server);
  }

  #pick<T>(of: readonly T[]): T {
    return of[this.#random.between(0, of.length - 1)] as T;
  }
}

for (const [seed, most] of [2, 2, 3, 4].entries()) {
  Deno.test(`of up to ${most} servers that come, go, freeze and crash each one that follows hears of every entry (${seed})`, async () => {
    await using folder = await temporaryFolder();
    await using town = new Town(`${folder.path}/store.db`, most, new Random(seed));
    for (let step = 1; step <= 120; step += 1) {
      await town.step();
      if (step % 10 === 0) await town.catchUp();
    }
  });
}
