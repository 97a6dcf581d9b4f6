import { assertEquals } from "@std/assert";
import { FairQueue } from "../../lib/validator/fair_queue.ts";
import { settle } from "../helpers/fake_clock.ts";

async function run<T>(queue: FairQueue, source: string, cost: number, work: () => Promise<T>): Promise<T> {
  using _ = await queue.turn(source, cost);
  return await work();
}

/** A queue for one piece of work at a time, and work that ends when the test says so. */
function createScene(maxCost = 100) {
  const queue = new FairQueue({ maxCost, hasRoom: () => false });
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const ask = (source: string, name: string, cost = 1) =>
    run(queue, source, cost, () => {
      begun.push(name);
      return new Promise<void>((resolve) => ends.push(resolve));
    });
  const endAll = async () => {
    await settle();
    for (let end = ends.shift(); end !== undefined; end = ends.shift()) {
      end();
      await settle();
    }
  };
  return { queue, begun, ask, endAll };
}

Deno.test("sources take turns, however much one of them asks for", async () => {
  const { begun, ask, endAll } = createScene();
  const all = ["a1", "a2", "a3", "a4"].map((name) => ask("a", name));
  all.push(ask("b", "b1"), ask("c", "c1"), ask("b", "b2"));
  await endAll();
  await Promise.all(all);
  assertEquals(begun, ["a1", "a2", "b1", "c1", "a3", "b2", "a4"]);
});

Deno.test("while there is room nothing waits", async () => {
  const queue = new FairQueue({ maxCost: 10, hasRoom: () => true });
  const begun: number[] = [];
  const end = Promise.withResolvers<void>();
  const all = [1, 2, 3].map((name) =>
    run(queue, "a", 1, () => {
      begun.push(name);
      return end.promise;
    })
  );
  await settle();
  assertEquals([begun, queue.size], [[1, 2, 3], 0]);
  end.resolve();
  await Promise.all(all);
});

Deno.test("a source may have no more waiting than is left free, so that there is room for others", async () => {
  const { queue, ask, endAll } = createScene(16);
  const all = [ask("a", "first", 1)];
  while (!queue.isFull("a", 1)) all.push(ask("a", "more", 1));
  assertEquals(queue.size, 8);
  assertEquals([queue.isFull("b", 8), queue.isFull("b", 9)], [false, true]);
  while (!queue.isFull("b", 1)) all.push(ask("b", "more", 1));
  assertEquals(queue.isFull("c", 1), false);
  await endAll();
  await Promise.all(all);
  assertEquals([queue.size, queue.isFull("a", 8)], [0, false]);
});

Deno.test("work that fails lets the next begin", async () => {
  const { queue, begun, ask, endAll } = createScene();
  const first = run(queue, "a", 1, async () => {
    await settle();
    throw new Error("broken");
  }).catch(() => "failed");
  const second = ask("a", "second");
  assertEquals(await first, "failed");
  await settle();
  assertEquals(begun, ["second"]);
  await endAll();
  await second;
});
