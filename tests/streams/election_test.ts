import { assert, assertEquals } from "@std/assert";
import { type Engine, Followers, Leases, openEngine } from "../../lib/engine/mod.ts";
import { HistoryBudget } from "../../lib/hub/mod.ts";
import { NodeError, type Stream, Streams } from "../../lib/streams/mod.ts";
import { Activity } from "../../lib/telemetry/mod.ts";
import { temporaryFolder } from "../engine/folder.ts";
import { FakeClock, settle } from "../helpers/fake_clock.ts";
import { until } from "../helpers/until.ts";

const period = 1000;
const limits = { size: 100, ttl: 3_600_000 };

/** A node that says another number each time, and who asked. */
class CountingNode {
  readonly simulated = true;
  readonly askedBy: string[] = [];
  fault: string | undefined;

  #held: PromiseWithResolvers<void> | undefined;

  /** It answers once it is released. */
  hold(): void {
    this.#held = Promise.withResolvers();
  }

  release(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  async poll(server: string): Promise<number[]> {
    this.askedBy.push(server);
    await this.#held?.promise;
    if (this.fault !== undefined) throw new NodeError(this.fault);
    return [this.askedBy.length];
  }

  call(): Promise<unknown> {
    return Promise.reject(new NodeError("unused"));
  }

  close(): void {}
}

/** A server with somebody who listens to its stream, and what he has heard. */
async function startServer(engine: Engine, node: CountingNode, clock: FakeClock, server: string) {
  const followers = new Followers({ log: engine.log, clock });
  followers.start();
  let newest: number | undefined;
  const leases = new Leases({ store: engine, holder: () => server });
  const streams = new Streams({
    store: engine,
    followers,
    node,
    clock,
    settings: { ...limits, budget: new HistoryBudget(1e9), activity: new Activity() },
    definitions: [{
      name: "numbers",
      period,
      open: () => ({
        poll: async () => [newest = (await node.poll(server)).at(-1)],
        current: () => newest,
        recover: (published) => void (newest = published.at(-1) as number ?? newest),
      }),
    }],
    leaseOf: (name) => leases.of(name),
  });
  await streams.start();
  const stream = streams.find("numbers") as Stream;
  const heard: string[] = [];
  const listener = {
    offer: (frame: string) => {
      const { offset, data } = JSON.parse(frame);
      heard.push(`${offset}:${data}`);
    },
    notify: (frame: string) => void heard.push(JSON.parse(frame).message),
  };
  const listen = () => stream.subscribe(listener);
  listen();
  await stream.settled();
  return {
    heard,
    stream,
    listen,
    leave: () => streams.leave(),
    unlisten: () => stream.unsubscribe(listener),
    /** It is gone without a word. */
    kill() {
      streams.close();
      followers.close();
    },
  };
}

async function inTown(
  act: (town: {
    clock: FakeClock;
    node: CountingNode;
    start: (name: string) => ReturnType<typeof startServer>;
    pass: (milliseconds: number) => Promise<void>;
  }) => Promise<void>,
): Promise<void> {
  await using folder = await temporaryFolder();
  const [clock, node] = [new FakeClock(), new CountingNode()];
  const engines: Engine[] = [];
  const servers: Awaited<ReturnType<typeof startServer>>[] = [];
  const start = async (name: string) => {
    const engine = await openEngine(`${folder.path}/store.db`, { clock, history: limits });
    engines.push(engine);
    const server = await startServer(engine, node, clock, name);
    servers.push(server);
    return server;
  };
  const pass = async (milliseconds: number) => {
    for (const end = clock.now() + milliseconds; clock.now() < end;) {
      await clock.advance(Math.min(100, end - clock.now()));
      // One that waits for another goes on with the clock.
      await Promise.race([Promise.all(servers.map(({ stream }) => stream.settled())), manySettle()]);
      await settle();
    }
  };
  try {
    await act({ clock, node, start, pass });
  } finally {
    for (const server of servers) server.kill();
    for (const engine of engines) engine.close();
  }
}

async function manySettle(): Promise<void> {
  for (let turns = 0; turns < 20; turns += 1) await settle();
}

const numbered = (heard: readonly string[]) => heard.filter((each) => /^\d+:/.test(each));

Deno.test("one server polls for all, each value has one number, and all are told of it", () =>
  inTown(async ({ node, start, pass }) => {
    const servers = [await start("a"), await start("b"), await start("c")];
    await pass(5 * period);
    assertEquals(new Set(node.askedBy), new Set(["a"]));
    assert(node.askedBy.length >= 5);
    const [one] = servers;
    await until(
      () => servers.every(({ heard }) => heard.at(-1) === one?.heard.at(-1)),
      "the newest everywhere",
    );
    for (const { heard } of servers) {
      assertEquals(heard, numbered(one?.heard ?? []).slice(-heard.length));
    }
  }));

Deno.test("when the server that polls is gone, another one polls within two periods of its last poll", () =>
  inTown(async ({ clock, node, start, pass }) => {
    for (const offBy of [1, 300, 700, 999]) {
      node.askedBy.length = 0;
      const [first, second] = [await start(`first ${offBy}`), await start(`second ${offBy}`)];
      await pass(2 * period + offBy);
      const asked = node.askedBy.length;
      const since = clock.now();
      first.kill();
      while (node.askedBy.length === asked) await pass(100);
      assertEquals(node.askedBy.at(-1), `second ${offBy}`);
      // The last poll was at a whole multiple of the period, or after it.
      assert(clock.now() - since <= 2 * period, `${clock.now() - since} ms`);
      await second.leave();
      second.kill();
    }
  }));

Deno.test("a server that stops, or to which nobody listens any more, leaves the polls to another at once", () =>
  inTown(async ({ node, start, pass }) => {
    const [one, other] = [await start("one"), await start("other")];
    await pass(2 * period);
    assertEquals(new Set(node.askedBy), new Set(["one"]));
    one.unlisten();
    await pass(3 * period);
    assertEquals(node.askedBy.at(-1), "other");
    one.listen();
    await pass(2 * period);
    assertEquals(node.askedBy.at(-1), "other");
    await other.leave();
    await pass(period);
    assertEquals(node.askedBy.at(-1), "one");
  }));

Deno.test("where somebody comes to each of two servers at once after a while, neither takes what is old for new", () =>
  inTown(async ({ node, start, pass }) => {
    const [one, other] = [await start("one"), await start("other")];
    await pass(2 * period);
    for (const server of [one, other]) server.unlisten();
    await pass(20 * period);
    const last = node.askedBy.length;
    node.hold();
    const newest = [one.stream.newest(), other.stream.newest()];
    await pass(period / 2);
    node.release();
    await pass(period);
    for (const frame of await Promise.all(newest)) assert(JSON.parse(frame ?? "{}").data > last, frame);
    assertEquals(new Set(node.askedBy.slice(last)).size, 1);
  }));

Deno.test("that the node fails is told at every server, and that it is back", () =>
  inTown(async ({ node, start, pass }) => {
    const servers = [await start("one"), await start("other")];
    await pass(2 * period);
    node.fault = "no answer";
    await pass(3 * period);
    for (const { stream } of servers) assertEquals(stream.failure?.message, "no answer");
    node.fault = undefined;
    await pass(3 * period);
    for (const { heard, stream } of servers) {
      assertEquals(stream.failure, undefined);
      assertEquals(heard.filter((each) => !/^\d+:/.test(each)), ["no answer", "the node answers again"]);
    }
    assertEquals(new Set(node.askedBy), new Set(["one"]));
  }));

Deno.test("a lease that was taken by a clock that was set back since keeps nobody waiting", async () => {
  const clock = new FakeClock();
  using store = await openEngine(":memory:", { clock });
  const [one, other] = ["one", "other"].map((name) => new Leases({ store, holder: () => name }).of("polls"));
  assertEquals(await one?.take(1000, "well"), undefined);
  assertEquals(await other?.take(1000), { left: 1000, note: "well" });
  clock.setWall(-3_600_000);
  assertEquals(await other?.take(1000), undefined);
  assertEquals(await one?.take(1000), { left: 1000, note: null });
  await one?.release();
  assertEquals((await one?.take(1000))?.left, 1000);
  await other?.release();
  assertEquals(await one?.take(1000), undefined);
});
