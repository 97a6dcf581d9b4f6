import { assertEquals } from "@std/assert";
import { afterAbout } from "../../lib/protocol/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

/** A clock that is between two seconds, and what was done by it, when and how late. */
function scene() {
  const clock = new FakeClock();
  clock.standStill(300);
  const done: [name: string, at: number, late: number][] = [];
  const repeat = (name: string, milliseconds: number) => {
    afterAbout(clock, milliseconds, (late) => {
      done.push([name, clock.elapsed(), late]);
      repeat(name, milliseconds);
    });
  };
  return { clock, done, repeat };
}

Deno.test("what is done again and again shares a timer with all that is due then, and keeps its pace", async () => {
  const { clock, done, repeat } = scene();
  repeat("every second", 1000);
  await clock.advance(400);
  repeat("every two", 2000);
  repeat("every half", 500);
  assertEquals(clock.pending, 2);
  await clock.advance(2300);
  assertEquals(done, [
    ["every second", 6000, 0],
    ["every half", 6000, 0],
    ["every half", 6500, 0],
    ["every second", 7000, 0],
    ["every half", 7000, 0],
    ["every half", 7500, 0],
    ["every two", 8000, 0],
    ["every second", 8000, 0],
    ["every half", 8000, 0],
  ]);
  assertEquals(clock.pending, 3);
});

Deno.test("whoever shares a turn is told how late it is", async () => {
  const { clock, done, repeat } = scene();
  repeat("one", 1000);
  repeat("two", 1000);
  clock.standStill(1500);
  await clock.advance(0);
  assertEquals(done, [["one", 6800, 800], ["two", 6800, 800]]);
});

Deno.test("a timer ends with the last of those who share it", async () => {
  const { clock, done, repeat } = scene();
  const [one, other] = [afterAbout(clock, 1000, () => {}), afterAbout(clock, 1000, () => {})];
  assertEquals(clock.pending, 1);
  one.cancel();
  assertEquals(clock.pending, 1);
  other.cancel();
  assertEquals(clock.pending, 0);
  repeat("later", 1000);
  other.cancel();
  await clock.advance(1000);
  assertEquals(done, [["later", 6000, 0]]);
});

Deno.test("one that fails is told of, and keeps nobody from his turn", async () => {
  const { clock, done, repeat } = scene();
  const told: unknown[] = [];
  const tell = (event: ErrorEvent) => {
    event.preventDefault();
    told.push(event.error);
  };
  addEventListener("error", tell);
  const fault = new Error("a fault");
  afterAbout(clock, 1000, () => {
    throw fault;
  });
  repeat("next", 1000);
  await clock.advance(1000);
  removeEventListener("error", tell);
  assertEquals([told, done], [[fault], [["next", 6000, 0]]]);
});
