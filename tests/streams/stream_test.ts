import { assertEquals } from "@std/assert";
import { HistoryBudget } from "../../lib/hub/mod.ts";
import type { Follower, LogEntry } from "../../lib/engine/mod.ts";
import type { Past, Published } from "../../lib/streams/past.ts";
import { type ChainNode, NodeError, type Stream } from "../../lib/streams/mod.ts";
import { PolledStream } from "../../lib/streams/polled_stream.ts";
import { Activity } from "../../lib/telemetry/mod.ts";
import { FakeClock, settle } from "../helpers/fake_clock.ts";

const node: ChainNode = { simulated: false, call: () => Promise.reject(new NodeError("unused")), close() {} };

/** A stream whose values a test sets. */
function create(newest?: (values: readonly unknown[]) => unknown) {
  const clock = new FakeClock();
  const settings = { size: 5, ttl: 1e9, budget: new HistoryBudget(1e9), activity: new Activity() };
  const values: unknown[] = [];
  let polls = 0;
  const elsewhere: Published[] = [];
  let follower: Follower | undefined;
  const past: Past = {
    epoch: "e",
    follow: (who) => void (follower = who),
    after: (known) => {
      const published = elsewhere.filter(({ offset }) => offset > known);
      return Promise.resolve({ offset: published.at(-1)?.offset ?? known, published });
    },
    keep: () => Promise.resolve(true),
  };
  let next: () => Promise<readonly unknown[]> = () => Promise.resolve([]);
  const stream = new PolledStream({
    name: "numbers",
    period: 1000,
    open: () => ({
      async poll() {
        polls += 1;
        const polled = await next();
        values.push(...polled);
        return polled;
      },
      current: () => newest === undefined ? values.at(-1) : newest(values),
      recover: (published) => void values.push(...published),
    }),
  }, { node, clock, past, settings });
  return {
    clock,
    stream,
    polls: () => polls,
    /** Another server has published a value, of which nobody has told yet. */
    publish: (value: unknown) => {
      const { offset } = elsewhere.at(-1) ?? stream.channel;
      const published = { offset: offset + 1, at: clock.now(), value };
      elsewhere.push(published);
      return { ...published, data: published };
    },
    tell: (entry: LogEntry) => follower?.take([entry]),
    /** The next poll brings these, those after it nothing. */
    answer: (...polled: unknown[]) => next = () => Promise.resolve(polled.splice(0)),
    fail: (error: Error) => next = () => Promise.reject(error),
    hold: () => {
      const held = Promise.withResolvers<readonly unknown[]>();
      next = () => held.promise;
      return held;
    },
  };
}

/** A listener that writes down what it gets, as `offset:data`, `status:message` or what greeted it. */
function listen(stream: Stream, offset?: number, epoch = "e") {
  const heard: string[] = [];
  const listener = {
    offer: (frame: string) => {
      const { data, offset } = JSON.parse(frame);
      heard.push(`${offset}:${data}`);
    },
    notify: (frame: string) => {
      const { status, message } = JSON.parse(frame);
      heard.push(`${status}:${message}`);
    },
  };
  stream.subscribe(listener, {
    position: offset === undefined ? undefined : { epoch, offset },
    greet: ({ offset, recovered }) => {
      heard.push(`subscribed at ${offset}, recovered ${recovered}`);
    },
  });
  return { heard, listener };
}

Deno.test("who comes first gets the first value as soon as it is there, who comes later the newest at once", async () => {
  const { stream, answer, clock } = create();
  answer("a");
  const first = listen(stream);
  assertEquals(first.heard, ["subscribed at 0, recovered null"]);
  await settle();
  assertEquals(first.heard.slice(1), ["1:a"]);
  assertEquals(listen(stream).heard, ["subscribed at 1, recovered null", "1:a"]);
  answer("b");
  await clock.advance(1000);
  assertEquals(first.heard.slice(1), ["1:a", "2:b"]);
  stream.stop();
});

Deno.test("who comes when the newest value is old waits for a fresh one", async () => {
  const { stream, answer, clock } = create();
  answer("old");
  const first = listen(stream);
  await settle();
  stream.unsubscribe(first.listener);
  await clock.advance(60_000);
  answer("fresh");
  const late = listen(stream);
  assertEquals(late.heard, ["subscribed at 1, recovered null"]);
  await settle();
  assertEquals(late.heard.slice(1), ["2:fresh"]);
  stream.stop();
});

Deno.test("where values are only what is new, who comes first sees the newest state even when nothing is new", async () => {
  const { stream, answer, clock } = create((values) => values.slice(-2).join("+"));
  answer("a", "b", "c");
  const first = listen(stream);
  await settle();
  assertEquals(first.heard.slice(1), ["3:b+c"]);
  stream.unsubscribe(first.listener);
  await clock.advance(60_000);
  answer();
  const late = listen(stream);
  await settle();
  assertEquals(late.heard.slice(1), ["3:b+c"]);
  answer("d");
  await clock.advance(1000);
  assertEquals(late.heard.slice(2), ["4:d"]);
  stream.stop();
});

Deno.test("who names a known position gets exactly what follows it, and the newest state where it is not known", async () => {
  const { stream, answer, clock } = create();
  for (const value of ["a", "b", "c"]) {
    answer(value);
    const { listener } = listen(stream);
    await settle();
    stream.unsubscribe(listener);
    await clock.advance(60_000);
  }
  answer();
  const seen = (offset: number, epoch?: string) => listen(stream, offset, epoch).heard;
  const complete = seen(1);
  assertEquals(complete, ["subscribed at 3, recovered true", "2:b", "3:c"]);
  assertEquals(seen(3), ["subscribed at 3, recovered true"]);
  const [future, other] = [seen(4), seen(1, "other")];
  await settle();
  assertEquals(future, ["subscribed at 3, recovered false", "3:c"]);
  assertEquals(other, future);
  stream.stop();
});

Deno.test("a failing node is told of once, to who comes later too, and told of again when it is back", async () => {
  const { stream, answer, fail, clock } = create();
  answer("a");
  const first = listen(stream);
  await settle();
  fail(new NodeError("no answer"));
  await clock.advance(3000);
  assertEquals(first.heard.slice(2), ["stale:no answer"]);
  const late = listen(stream);
  assertEquals(late.heard, ["subscribed at 1, recovered null", "stale:no answer"]);
  await clock.advance(1000);
  assertEquals(late.heard.slice(2), ["1:a"]);
  assertEquals(stream.failure?.status, "stale");
  answer("b");
  await clock.advance(1000);
  assertEquals(late.heard.slice(3), ["live:the node answers again", "2:b"]);
  assertEquals(first.heard.slice(3), ["live:the node answers again", "2:b"]);
  assertEquals(stream.failure, undefined);
  stream.stop();
});

Deno.test("who comes while a poll is under way gets its value once", async () => {
  const { stream, hold } = create();
  const held = hold();
  const first = listen(stream);
  const second = listen(stream);
  held.resolve(["a"]);
  await settle();
  assertEquals([first.heard.slice(1), second.heard.slice(1)], [["1:a"], ["1:a"]]);
  stream.stop();
});

Deno.test("who leaves before the first value is there gets nothing, and nothing of it stays", async () => {
  const { stream, hold, clock } = create();
  const held = hold();
  const { heard, listener } = listen(stream);
  stream.unsubscribe(listener);
  held.resolve(["a"]);
  await clock.advance(10_000);
  assertEquals(heard.length, 1);
  assertEquals([stream.listeners, stream.channel.subscribers, clock.pending], [0, 0, 0]);
});

Deno.test("a listener that ends while it is greeted is not kept", async () => {
  const { stream, answer } = create();
  answer("a");
  const listener = { offer() {}, notify() {} };
  stream.subscribe(listener, { greet: () => stream.unsubscribe(listener) });
  await settle();
  assertEquals([stream.listeners, stream.channel.subscribers], [0, 0]);
  stream.stop();
});

Deno.test("a listener that subscribes again begins anew, and is counted once", async () => {
  const { stream, answer, clock } = create();
  answer("a");
  const { heard, listener } = listen(stream);
  await settle();
  stream.subscribe(listener, { greet: () => heard.push("again") });
  assertEquals(heard.slice(1), ["1:a", "again", "1:a"]);
  answer("b");
  await clock.advance(1000);
  assertEquals(heard.slice(4), ["2:b"]);
  stream.unsubscribe(listener);
  await clock.advance(10_000);
  assertEquals(clock.pending, 0);
});

Deno.test("the newest value is polled for when nobody listens, by one poll for all who ask", async () => {
  const { stream, hold, answer, clock } = create();
  const held = hold();
  const asked = [stream.newest(), stream.newest()];
  held.resolve(["a"]);
  const frames = await Promise.all(asked);
  assertEquals(frames.map((frame) => JSON.parse(frame ?? "null")), [
    { type: "numbers", data: "a", timestamp: clock.now() / 1000, offset: 1 },
    { type: "numbers", data: "a", timestamp: clock.now() / 1000, offset: 1 },
  ]);
  answer("b");
  assertEquals(JSON.parse(await stream.newest() ?? "null").data, "a");
  await clock.advance(1000);
  assertEquals(JSON.parse(await stream.newest() ?? "null").data, "b");
  stream.stop();
});

Deno.test("text beyond ASCII travels escaped, and means the same", async () => {
  const { stream, answer } = create();
  answer("Zürich 🚀");
  const frame = await stream.newest() ?? "";
  assertEquals([JSON.parse(frame).data, /^[ -~]+$/.test(frame)], ["Zürich 🚀", true]);
  stream.stop();
});

Deno.test("the newest state says when it was known for sure, however late somebody asks", async () => {
  const { stream, clock, answer, fail } = create((values) => [...values]);
  const timestamps: number[] = [];
  const start = clock.now() / 1000;
  const look = async () => {
    const listener = {
      offer: (frame: string) => void timestamps.push(JSON.parse(frame).timestamp - start),
      notify() {},
    };
    stream.subscribe(listener);
    await settle();
    stream.unsubscribe(listener);
  };
  answer(1);
  await look();
  await clock.advance(1000);
  // A poll that brings nothing new says that it is so still.
  await look();
  fail(new NodeError("gone"));
  await clock.advance(60_000);
  await look();
  assertEquals(timestamps, [0, 1, 1]);
  stream.stop();
});

Deno.test("what another server publishes is passed on at once, and takes the place of a poll", async () => {
  const { stream, answer, clock, polls, publish, tell } = create();
  await stream.load();
  answer("ours");
  const { heard } = listen(stream);
  await settle();
  assertEquals([heard.slice(1), polls()], [["1:ours"], 1]);
  await clock.advance(900);
  const theirs = publish("theirs");
  tell(theirs);
  tell(theirs);
  await settle();
  assertEquals([heard.slice(2), polls()], [["2:theirs"], 1]);
  await clock.advance(200);
  assertEquals(polls(), 1);
  await clock.advance(1000);
  assertEquals(polls(), 2);
  stream.stop();
});

Deno.test("while another server publishes, the own node's failure is no news", async () => {
  const { stream, fail, clock, publish, tell } = create();
  await stream.load();
  fail(new NodeError("no answer"));
  const { heard } = listen(stream);
  await settle();
  assertEquals(heard.slice(1), ["stale:no answer"]);
  for (let number = 1; number <= 3; number += 1) {
    await clock.advance(700);
    tell(publish(number));
    await clock.advance(300);
  }
  assertEquals(heard.slice(2), ["live:the node answers again", "1:1", "2:2", "3:3"]);
  await clock.advance(2000);
  assertEquals(heard.slice(6), ["stale:no answer"]);
  stream.stop();
});

Deno.test("whoever comes from a server that knows more gets exactly what follows, and who leaves meanwhile nothing", async () => {
  const { stream, clock, publish } = create();
  await stream.load();
  for (const value of ["a", "b", "c"]) publish(value);
  const recovered = listen(stream, 2);
  const gone = listen(stream, 2);
  stream.unsubscribe(gone.listener);
  const ahead = listen(stream, 9);
  await clock.advance(10);
  assertEquals(recovered.heard, ["subscribed at 3, recovered true", "3:c"]);
  assertEquals([gone.heard, ahead.heard], [[], ["subscribed at 3, recovered false", "3:c"]]);
  assertEquals(stream.listeners, 2);
  stream.stop();
});
