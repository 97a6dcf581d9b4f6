import { setImmediate } from "node:timers";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { HistoryBudget, LogChannel, Priority } from "../../lib/hub/mod.ts";
import { Activity } from "../../lib/telemetry/mod.ts";
import { FakeClock, settle } from "../helpers/fake_clock.ts";
import { FakeLog } from "../helpers/fake_log.ts";

async function create(options: { unheard?: true; log?: FakeLog } = {}) {
  const log = options.log ?? new FakeLog();
  const settings = { size: 100, ttl: 1e9, budget: new HistoryBudget(1e9), activity: new Activity() };
  const published: string[] = [];
  const subscriber = { offer: (frame: string) => void published.push(frame) };
  const made = [1, 2, 3].map(() => Promise.withResolvers<string>());
  const followed: number[] = [];
  const frames: unknown[] = [];
  const channel = new LogChannel("a", {
    priority: Priority.update,
    clock: new FakeClock(),
    settings,
    followers: log.followers,
    frames: (entries) => {
      frames.push(...entries.map(({ data }) => data));
      const isLost = entries.some(({ data }) => data === "lost");
      return Promise.resolve(isLost ? "lost" : entries.map(({ offset, data }) => `${offset} ${data}`));
    },
    before: ({ offset }) => void followed.push(offset),
  });
  if (options.unheard === undefined) channel.subscribe(subscriber);
  await channel.begin();
  return { log, channel, subscriber, published, made, followed, frames };
}

Deno.test("what is made later is published after what was asked for before it", async () => {
  const { channel, published, made } = await create();
  const before: number[] = [];
  const all = made.map(({ promise }, index) =>
    channel.publishInTurn(index + 1, promise, () => void before.push(index + 1))
  );
  made[2]?.resolve("three");
  made[1]?.resolve("two");
  await settle();
  assertEquals([published, before], [[], []]);
  made[0]?.resolve("one");
  const results = await Promise.all(all);
  assertEquals(published, ["one", "two", "three"]);
  assertEquals(before, [1, 2, 3]);
  assertEquals(results.map(({ frame, recipients }) => [frame, recipients]), [
    ["one", 1],
    ["two", 1],
    ["three", 1],
  ]);
});

/** So many subscribers that they do not all get a publication in one turn. */
function crowd(channel: LogChannel, firstGets: () => void) {
  const members = Array.from({ length: 150 }, (_, index) => {
    const got: string[] = [];
    const offer = (frame: string) => {
      got.push(frame);
      if (index === 0 && got.length === 1) firstGets();
    };
    return { got, offer };
  });
  for (const member of members) channel.subscribe(member);
  return members;
}

Deno.test("what many get leaves others their turn, and all have it before they get the next", async () => {
  const { channel } = await create({ unheard: true });
  const between = Promise.withResolvers<number>();
  const members = crowd(channel, () => {
    setImmediate(() => between.resolve(members.filter(({ got }) => got.length > 0).length));
  });
  const publications = ["one", "two"].map((frame, index) =>
    channel.publishInTurn(index + 1, Promise.resolve(frame))
  );
  const results = await Promise.all(publications);
  const reached = await between.promise;
  assert(reached > 0 && reached < members.length, `${reached} had it when others had their turn`);
  assertEquals(results.map(({ recipients }) => recipients), [members.length, members.length]);
  for (const { got } of members) assertEquals(got, ["one", "two"]);
});

Deno.test("who leaves before it comes to him does not get it, and who comes meanwhile gets it once", async () => {
  const { channel } = await create({ unheard: true });
  const { epoch } = channel;
  const news: string[] = [];
  const newcomer = { offer: (frame: string) => void news.push(frame) };
  const members = crowd(channel, () => {
    const [gone, back] = members.slice(-2);
    if (gone === undefined || back === undefined) return;
    for (const member of [gone, back]) channel.unsubscribe(member);
    for (const [subscriber, got] of [[newcomer, news], [back, back.got]] as const) {
      got.push(...channel.subscribe(subscriber, { epoch, offset: 0 }).missed.map(({ frame }) => frame));
    }
  });
  const { recipients } = await channel.publishInTurn(1, Promise.resolve("one"));
  await channel.publishInTurn(2, Promise.resolve("two"));
  assertEquals(recipients, members.length - 2);
  assertEquals(members.slice(-2).map(({ got }) => got), [[], ["one", "two"]]);
  assertEquals(news, ["one", "two"]);
});

Deno.test("one that cannot be made fails alone, also when it fails before its turn", async () => {
  const { channel, published, made } = await create();
  const [first, second, third] = made.map(({ promise }, index) => channel.publishInTurn(index + 1, promise));
  made[1]?.reject(new Error("cannot be made"));
  await settle();
  made[2]?.resolve("three");
  made[0]?.resolve("one");
  await first;
  await assertRejects(() => second ?? Promise.resolve(), Error, "cannot be made");
  assertEquals((await third)?.frame, "three");
  await channel.settled();
  assertEquals([published, channel.offset], [["one", "three"], 3]);
});

Deno.test("settled() waits for everything that was asked for", async () => {
  const { channel, made } = await create();
  let settled = false;
  for (const [index, { promise }] of made.entries()) {
    channel.publishInTurn(index + 1, promise).catch(() => {});
  }
  const waiting = channel.settled().then(() => settled = true);
  made[0]?.resolve("one");
  made[1]?.reject(new Error("no"));
  await settle();
  assertEquals(settled, false);
  made[2]?.resolve("three");
  await waiting;
});

Deno.test("what other servers append is published between what is appended here, each once and in order", async () => {
  const { log, channel, published, followed } = await create();
  log.followers.start();
  const entries = Array.from({ length: 6 }, (_, index) => log.append("a", `entry ${index + 1}`));
  // Appended here, before it is known what came before it.
  const third = channel.publishInTurn(3, Promise.resolve("3 ours"));
  log.tell(entries.slice(3, 5), entries.slice(0, 5));
  const sixth = channel.publishInTurn(6, Promise.resolve("6 ours"));
  assertEquals([(await third).recipients, (await sixth).recipients], [1, 1]);
  await settle();
  assertEquals(published, ["1 entry 1", "2 entry 2", "3 ours", "4 entry 4", "5 entry 5", "6 ours"]);
  assertEquals(followed, [1, 2, 4, 5]);
  log.followers.close();
});

Deno.test("a server that may have missed something looks where its channels stand", async () => {
  const { log, published } = await create();
  log.followers.start();
  await settle();
  log.append("a", "untold");
  log.tell("anew");
  await settle();
  assertEquals(published, ["1 untold"]);
  log.followers.close();
});

Deno.test("what nobody listens to is taken over without being made, and comes from the log afterwards", async () => {
  const { log, channel, subscriber, published, followed, frames } = await create({
    unheard: true,
  });
  log.followers.start();
  log.tell([log.append("a", "one"), log.append("a", "two")]);
  await settle();
  assertEquals([channel.offset, followed, frames], [2, [1, 2], []]);
  channel.subscribe(subscriber);
  log.tell([log.append("a", "three")]);
  await settle();
  assertEquals([published, frames], [["3 three"], ["three"]]);
  assertEquals(await channel.past(0, 2), ["1 one", "2 two"]);
  log.followers.close();
});

Deno.test("whoever comes from a server that knows more is waited for, and others are not", async () => {
  const { log, channel } = await create();
  log.append("a", "one");
  log.append("a", "two");
  const { reads } = log;
  await channel.reach(undefined);
  await channel.reach({ epoch: "e", offset: 0 });
  await channel.reach({ epoch: "another", offset: 5 });
  assertEquals([channel.offset, log.reads], [0, reads]);
  await channel.reach({ epoch: "e", offset: 2 });
  assertEquals(channel.offset, 2);
  await channel.reach({ epoch: "e", offset: 3 });
  assertEquals(channel.offset, 2);
});

Deno.test("an entry that cannot be made any more leaves a gap, and those after it come", async () => {
  const { log, channel, published } = await create();
  log.followers.start();
  log.tell(["one", "lost", "three"].map((data) => log.append("a", data)));
  await settle();
  assertEquals([published, channel.offset], [["1 one", "3 three"], 3]);
  log.followers.close();
});

Deno.test("what the log told of before whoever appended it is made for him, and published once", async () => {
  const { log, channel, published } = await create();
  log.append("a", "ours");
  await channel.reach({ epoch: "e", offset: 1 });
  assertEquals(await channel.publishInTurn(1, Promise.resolve("1 ours")), {
    frame: "1 ours",
    recipients: 0,
  });
  assertEquals(published, ["1 ours"]);
});
