import { assertEquals } from "@std/assert";
import { Followers, openEngine, Questions } from "../../lib/engine/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { FakeLog } from "../helpers/fake_log.ts";
import { inTime, until } from "../helpers/until.ts";
import { temporaryFolder } from "./folder.ts";

/** Servers on one store in a file, by their names. */
async function openTown(...names: string[]) {
  const folder = await temporaryFolder();
  const clock = new FakeClock();
  const servers = await Promise.all(names.map(async (name) => {
    const engine = await openEngine(`${folder.path}/store.db`, { clock });
    const followers = new Followers({ log: engine.log, clock });
    const questions = new Questions({ store: engine, followers, clock, self: () => name });
    return { engine, followers, questions };
  }));
  return {
    clock,
    servers,
    questions: servers.map(({ questions }) => questions),
    async follow() {
      for (const { followers } of servers) followers.start();
      // What is asked from now on is heard.
      await Promise.all(servers.map(async ({ engine }) => {
        for await (const _ of engine.log.follow(() => false, AbortSignal.timeout(60_000))) break;
      }));
    },
    async [Symbol.asyncDispose]() {
      for (const { followers, engine } of servers) {
        followers.close();
        engine.close();
      }
      await folder[Symbol.asyncDispose]();
    },
  };
}

Deno.test("a server asks others and gets the answer of each, however large", async () => {
  await using town = await openTown("a", "b", "c");
  await town.follow();
  for (const [index, each] of town.questions.entries()) {
    each.answer("size", (size: number) => ({ by: index, text: "x".repeat(size) }));
    each.answer("nothing", () => null);
  }
  const [one] = town.questions;
  for (const size of [1, 200_000]) {
    const asked = one?.ask<{ by: number; text: string }>("size", size, { of: ["a", "b", "c"] });
    const { answers, silent } = await inTime(asked ?? Promise.reject(), "the answers");
    assertEquals([...answers.keys()].toSorted(), ["b", "c"]);
    assertEquals(answers.values().map(({ by, text }) => [by, text.length]).toArray().toSorted(), [[1, size], [
      2,
      size,
    ]]);
    assertEquals(silent, []);
  }
  const { answers } = await inTime(
    one?.ask("nothing", null, { of: ["b"] }) ?? Promise.reject(),
    "the answer",
  );
  assertEquals([...answers], [["b", null]]);
  assertEquals(await one?.ask("size", 1, { of: ["a"] }), { answers: new Map(), silent: [] });
});

Deno.test("who is not asked says nothing, and an answer that is enough is waited for alone", async () => {
  await using town = await openTown("a", "b", "c");
  await town.follow();
  const asked: string[] = [];
  for (const [index, each] of town.questions.entries()) {
    each.answer("name", () => void asked.push(`${index}`));
    each.answer("slow", () => index === 1 ? true : new Promise(() => {}));
  }
  const [one] = town.questions;
  await inTime(one?.ask("name", null, { of: ["c"] }) ?? Promise.reject(), "the answer");
  const first = one?.ask<boolean>("slow", null, { of: ["b", "c"], isEnough: (isIt) => isIt });
  const { answers, silent } = await inTime(first ?? Promise.reject(), "one answer");
  assertEquals([[...answers], silent, asked], [[["b", true]], ["c"], ["2"]]);
});

Deno.test("who does not answer in time, or cannot, is silent, and the others are heard", async () => {
  await using town = await openTown("a", "b", "c");
  await town.follow();
  town.questions[1]?.answer("it", () => 1);
  town.questions[2]?.answer("it", () => {
    throw new Error("cannot");
  });
  let isHeard = false;
  const asking = town.questions[0]?.ask<number>("it", null, {
    of: ["b", "c", "nobody"],
    patience: 500,
    isEnough: () => {
      isHeard = true;
      return false;
    },
  });
  await until(() => isHeard, "the answer of one");
  await town.clock.advance(500);
  const { answers, silent } = await inTime(asking ?? Promise.reject(), "the end of patience");
  assertEquals([[...answers], silent], [[["b", 1]], ["c", "nobody"]]);
});

Deno.test("a question of which nobody was told is answered when the log is looked at again, once", async () => {
  const clock = new FakeClock(0);
  const log = new FakeLog(clock);
  using store = await openEngine(":memory:", { clock });
  const questions = new Questions({ store, followers: log.followers, clock, self: () => "a" });
  let answered = 0;
  questions.answer("it", () => answered += 1);
  const question = { id: "q1", about: "it", of: ["a"], question: null };
  const entry = log.append("questions", question);
  log.append("questions", { ...question, id: "q2", of: ["b"] });
  log.append("questions", { ...question, id: "q3", about: "something else" });
  questions.look();
  await until(() => answered === 1, "the answer");
  questions.take([entry]);
  questions.look();
  await until(async () => await store.get(["answers", "q1", "a"]) !== null, "the answer in the store");
  assertEquals([answered, await store.get(["answers", "q2", "a"])], [1, null]);
});
