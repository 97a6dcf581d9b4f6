import { assert, assertEquals } from "@std/assert";
import { type Engine, Followers, openEngine } from "../../lib/engine/mod.ts";
import { HistoryBudget } from "../../lib/hub/mod.ts";
import type { Receipts } from "../../lib/protocol/mod.ts";
import {
  NodeError,
  type Stream,
  type StreamDefinition,
  streamDefinitions,
  Streams,
} from "../../lib/streams/mod.ts";
import { Commits } from "../../lib/streams/past.ts";
import { Activity } from "../../lib/telemetry/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { fakeReceipt } from "../helpers/fake_node.ts";
import { FaultyEngine } from "../helpers/faulty_engine.ts";
import { temporaryFolder } from "../engine/folder.ts";

const limits = { size: 100, ttl: 3_600_000 };

/** Has receipts 1, 2, 3 and so on, and tells of at most `cap` at once. */
class Ledger {
  readonly simulated = true;
  newest = 0;
  cap = Infinity;

  call(_method: string, params: object = {}): Promise<unknown> {
    const length = Math.min(Number(Reflect.get(params, "limit")), this.cap, this.newest);
    return Promise.resolve({ receipts: Array.from({ length }, (_, i) => fakeReceipt(this.newest - i)) });
  }

  close(): void {}
}

/** Counts its polls. */
function counting(name: string, more: Partial<StreamDefinition> = {}): StreamDefinition {
  let polls = 0;
  const open = () => ({ poll: () => Promise.resolve([polls += 1]), current: () => polls });
  return { name, period: 1000, open, ...more };
}

const receipts = streamDefinitions.filter(({ name }) => name === "receipts");

/** The streams of a server that was just started on a store. */
async function start(
  engine: Engine,
  options: { clock: FakeClock; node?: Ledger; definitions?: readonly StreamDefinition[] },
): Promise<Streams> {
  const { clock, node = new Ledger(), definitions = receipts } = options;
  const settings = { ...limits, budget: new HistoryBudget(1e9), activity: new Activity() };
  const followers = new Followers({ log: engine.log, clock });
  const streams = new Streams({ store: engine, followers, node, clock, settings, definitions });
  await streams.start();
  return streams;
}

function find(streams: Streams, name = "receipts"): Stream {
  const stream = streams.find(name);
  if (stream === undefined) throw new Error(`There is no stream ${name}`);
  return stream;
}

/** Time passes, and the stream is polled. */
async function poll(stream: Stream, clock: FakeClock): Promise<void> {
  await clock.advance(10 * (stream.period ?? 0));
  await stream.newest();
  await stream.settled();
}

/** What a listener that comes with a position is sent until the poll after it is over. */
async function recover(stream: Stream, clock: FakeClock, offset: number, epoch = stream.channel.epoch) {
  const frames: string[] = [];
  let recovered: boolean | null = null;
  const listener = { offer: (frame: string) => frames.push(frame), notify() {} };
  const greet = (subscribed: { recovered: boolean | null }) => recovered = subscribed.recovered;
  stream.subscribe(listener, { position: { epoch, offset }, greet });
  await poll(stream, clock);
  stream.unsubscribe(listener);
  return { recovered, frames, values: frames.map((frame) => JSON.parse(frame)) };
}

const numbers = ({ receipts }: Receipts) => receipts.map(({ id }) => Number(id.split("_")[1]));
const down = (newest: number, oldest: number) =>
  Array.from({ length: newest - oldest + 1 }, (_, i) => newest - i);

Deno.test("after a restart a client gets exactly what it missed, and what is new, under the numbers that follow", async () => {
  await using folder = await temporaryFolder();
  const [clock, node, location] = [new FakeClock(), new Ledger(), `${folder.path}/store.db`];
  let [epoch, before]: string[] = [];
  {
    using engine = await openEngine(location, { clock, history: limits });
    const stream = find(await start(engine, { clock, node }));
    for (node.newest = 30; node.newest <= 34; node.newest += 2) await poll(stream, clock);
    const { frames } = await recover(stream, clock, 1);
    [epoch, before] = [stream.channel.epoch, frames.slice(0, 2).join()];
  }
  node.newest = 300;
  using engine = await openEngine(location, { clock, history: limits });
  const stream = find(await start(engine, { clock, node }));
  const { recovered, frames, values } = await recover(stream, clock, 1, epoch);
  assertEquals([recovered, frames.slice(0, 2).join()], [true, before]);
  assertEquals(values.map(({ offset }) => offset), down(frames.length + 1, 2).toReversed());
  const news = values.slice(2).map(({ data }) => data as Receipts);
  const told = values.slice(0, 2).flatMap(({ data }) => numbers(data).toReversed());
  assertEquals(
    [...told, ...news.flatMap((value) => numbers(value).toReversed())],
    down(300, 31).toReversed(),
  );
  assert(news.every(({ incomplete }) => incomplete === undefined));
});

Deno.test("after a restart receipts that the node does not tell of any more are said to be missing", async () => {
  const [clock, node] = [new FakeClock(), new Ledger()];
  using engine = await openEngine(":memory:", { clock, history: limits });
  node.newest = 30;
  await poll(find(await start(engine, { clock, node })), clock);
  [node.newest, node.cap] = [200, 100];
  const stream = find(await start(engine, { clock, node }));
  const { values: [value] } = await recover(stream, clock, 1);
  assertEquals([numbers(value.data), value.data.incomplete], [down(200, 101), true]);
});

Deno.test("a restart after which nothing is kept any more is not passed over in silence", async () => {
  const [clock, node] = [new FakeClock(), new Ledger()];
  using engine = await openEngine(":memory:", { clock, history: limits });
  node.newest = 30;
  await poll(find(await start(engine, { clock, node })), clock);
  await clock.advance(2 * limits.ttl);
  node.newest = 60;
  const stream = find(await start(engine, { clock, node }));
  const { recovered, values: [value] } = await recover(stream, clock, 1);
  assertEquals([recovered, value.offset, value.data.incomplete], [true, 2, true]);
  assertEquals(numbers(value.data), down(60, 51));
});

Deno.test("what lies before the history that is kept is recovered no more after a restart", async () => {
  const clock = new FakeClock();
  using engine = await openEngine(":memory:", { clock, history: { ...limits, size: 2 } });
  const definitions = [counting("numbers")];
  const first = find(await start(engine, { clock, definitions }), "numbers");
  for (let polls = 0; polls < 5; polls += 1) await poll(first, clock);
  const stream = find(await start(engine, { clock, definitions }), "numbers");
  const { offset } = first.channel;
  assertEquals((await recover(stream, clock, offset - 3)).recovered, false);
  const { recovered, values } = await recover(stream, clock, stream.channel.offset - 2);
  assertEquals([recovered, values[0].offset], [true, stream.channel.offset - values.length + 1]);
});

Deno.test("the state from before a restart is there while the node fails", async () => {
  const clock = new FakeClock();
  using engine = await openEngine(":memory:", { clock, history: limits });
  const node = new Ledger();
  node.newest = 3;
  await poll(find(await start(engine, { clock, node })), clock);
  node.call = () => Promise.reject(new NodeError("no answer"));
  const stream = find(await start(engine, { clock, node }));
  const { data, offset } = JSON.parse(await stream.newest() ?? "{}");
  assertEquals([numbers(data), offset, stream.failure?.status], [[3, 2, 1], 1, "stale"]);
});

Deno.test("two servers of a store give each number and each receipt once, and both tell of all", async () => {
  const [clock, node] = [new FakeClock(), new Ledger()];
  using engine = await openEngine(":memory:", { clock, history: limits });
  const streams = [await start(engine, { clock, node }), await start(engine, { clock, node })];
  const [one, other] = streams.map((each) => find(each)) as [Stream, Stream];
  for (const stream of [one, other, other, one, other]) {
    node.newest += 7;
    await poll(stream, clock);
  }
  await Promise.all([poll(one, clock), poll(other, clock)]);
  node.newest += 7;
  // Both ask at the same moment.
  await Promise.all([one.newest(), other.newest()]);
  await poll(one, clock);
  node.newest += 1;
  for (const stream of [one, other, one]) await poll(stream, clock);
  const histories = [one, other].map(({ channel }) =>
    channel.history().map(({ frame }) => JSON.parse(frame))
  );
  assertEquals(histories[1], histories[0]);
  const seen = histories[0]?.flatMap(({ data }) => numbers(data).toReversed());
  assertEquals(seen, down(node.newest, 1).toReversed());
});

Deno.test("a fleeting stream is not kept, and none of its numbers is given twice", async () => {
  const clock = new FakeClock();
  using engine = await openEngine(":memory:", { clock, history: limits });
  const definitions = [counting("own", { isFleeting: true })];
  const first = find(await start(engine, { clock, definitions }), "own");
  for (let polls = 0; polls < 3; polls += 1) await poll(first, clock);
  assert(first.channel.offset < 10);
  const second = find(await start(engine, { clock, definitions }), "own");
  for (const offset of [0, 1, 3, 4]) assertEquals((await recover(second, clock, offset)).recovered, false);
  assert(second.channel.offset > 1e6);
  assertEquals(await engine.log.kept("streams/own"), []);
});

/** An engine whose transactions a test holds or lets fail. */
function troubled(engine: Engine) {
  const control = { before: () => Promise.resolve(), transactions: 0 };
  const store = new FaultyEngine(engine);
  store.interfere(async (write) => {
    control.transactions += 1;
    await control.before();
    return await write();
  });
  return { control, store };
}

Deno.test("nobody is told of a value before it is kept, and nothing that was not kept is lost", async () => {
  const [clock, node] = [new FakeClock(), new Ledger()];
  using engine = await openEngine(":memory:", { clock, history: limits });
  const { control, store } = troubled(engine);
  const stream = find(await start(store, { clock, node }));
  node.newest = 20;
  const held = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  control.before = () => {
    asked.resolve();
    return held.promise;
  };
  const heard: string[] = [];
  const listener = { offer: (frame: string) => heard.push(frame), notify() {} };
  stream.subscribe(listener);
  await asked.promise;
  const late = recover(stream, clock, 0);
  assertEquals([heard, stream.channel.offset], [[], 0]);
  held.reject(new Error("the disk is gone"));
  await late;
  assertEquals([heard, stream.failure?.status], [[], "stale"]);
  control.before = () => Promise.resolve();
  node.newest = 22;
  await poll(stream, clock);
  stream.unsubscribe(listener);
  const messages = heard.map((frame) => JSON.parse(frame));
  assertEquals(messages.map(({ offset }) => offset), [1]);
  assertEquals(numbers(messages[0].data), down(22, 13));
});

Deno.test("where it is not known whether a value was kept, it is told of once", async () => {
  const [clock, node] = [new FakeClock(), new Ledger()];
  using engine = await openEngine(":memory:", { clock, history: limits });
  let isLost = true;
  const store = new FaultyEngine(engine);
  store.interfere(async (write) => {
    const result = await write();
    if (isLost) throw new Error("no answer of the store");
    return result;
  });
  const stream = find(await start(store, { clock, node }));
  node.newest = 5;
  await poll(stream, clock);
  assertEquals([stream.failure?.status, stream.channel.offset], ["stale", 0]);
  isLost = false;
  node.newest = 7;
  const { values } = await recover(stream, clock, 0);
  assertEquals(values.map(({ data }) => numbers(data)), [[5, 4, 3, 2, 1], [7, 6]]);
});

Deno.test("what streams publish while a commit is under way is committed together", async () => {
  using engine = await openEngine(":memory:");
  const { control, store } = troubled(engine);
  const commits = new Commits(store);
  const value = { at: 0, value: null };
  const append = (channel: string, follows = 0) => commits.append({ channel, follows, data: [value, value] });
  assertEquals(
    await Promise.all(["a", "b", "c", "d"].map((channel) => append(channel))),
    Array(4).fill(2),
  );
  assert(control.transactions <= 2);
  assertEquals(await Promise.all([append("a", 2), append("b", 1), append("c", 2)]), [4, undefined, 4]);
  const heads = await Promise.all(["a", "b", "c", "d"].map((channel) => engine.log.head(channel)));
  assertEquals(heads.map(({ offset }) => offset), [4, 2, 4, 2]);
});
