import { assert, assertEquals } from "@std/assert";
import { ReadingTurns } from "../../lib/inscriptions/reading_turns.ts";
import { inTime } from "../helpers/until.ts";

const pieces = 400;

/** Keeps the thread busy for a millisecond or two, as decompressing a piece does. */
function work(): Promise<void> {
  const end = performance.now() + 1.5;
  while (performance.now() < end) JSON.stringify({ end });
  return Promise.resolve();
}

Deno.test("requests are answered while the pieces of files are read", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("here"),
  );
  const turns = new ReadingTurns();
  let read = 0;
  const reading = Promise.all(Array.from({ length: pieces }, async () => {
    await turns.take(work);
    read += 1;
  }));
  const answer = await inTime(fetch(`http://127.0.0.1:${server.addr.port}`), "an answer");
  assertEquals(await answer.text(), "here");
  assert(read < pieces, "all pieces were read before anybody was answered");
  await inTime(reading, "all pieces");
});

Deno.test("the pieces of files are read one after the other, also after one that cannot be read", async () => {
  const turns = new ReadingTurns();
  let [underWay, most] = [0, 0];
  const read = async (index: number) => {
    most = Math.max(most, underWay += 1);
    await Promise.resolve();
    underWay -= 1;
    if (index === 1) throw new Error("damaged");
    return index;
  };
  const results = await Promise.allSettled([0, 1, 2].map((index) => turns.take(() => read(index))));
  assertEquals(results.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
  assertEquals(most, 1);
});
