import { assertEquals } from "@std/assert";
import { FreeSpace, StoreSize } from "../../lib/operations/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

Deno.test("a database is asked for its size once in five seconds, however many look, and may not answer", async () => {
  const clock = new FakeClock();
  const answers: (number | Error)[] = [100, new Error("down"), 300];
  const size = new StoreSize({
    location: "postgres://nobody@127.0.0.1:9/none",
    space: new FreeSpace({ file: undefined, least: 1, clock }),
    clock,
    engine: {
      tableBytes: () => {
        const answer = answers.shift();
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    },
  });
  assertEquals([size.kind, size.bytes], ["database", undefined]);
  assertEquals(await Promise.all([size.look(), size.look()]), [100, 100]);
  await clock.advance(4999);
  assertEquals([await size.look(), size.bytes, answers.length], [100, 100, 2]);
  await clock.advance(1);
  assertEquals(await size.look(), undefined);
  await clock.advance(5000);
  assertEquals(await size.look(), 300);
});
