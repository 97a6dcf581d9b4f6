import { assertEquals, assertThrows } from "@std/assert";
import { MemoryGuard, type Place } from "../../lib/hub/mod.ts";
import { Places } from "../../lib/hub/places.ts";
import { Refusal } from "../../lib/protocol/mod.ts";
import { Activity } from "../../lib/telemetry/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

const mebibyte = 2 ** 20;

/** A guard over places whose occupants only note that they were cut off. */
class Guarded {
  readonly clock = new FakeClock();
  readonly activity = new Activity();
  readonly places = new Places({ total: 1000, perAddress: 100 }, () => this.clock.elapsed());
  readonly severed: string[] = [];
  /** What the process has, in MiB. */
  memory = 100;
  readonly #guard: MemoryGuard;

  constructor(limit?: number) {
    this.#guard = new MemoryGuard({
      places: this.places,
      clock: this.clock,
      activity: this.activity,
      maxGrowth: 64 * mebibyte,
      limit: limit === undefined ? undefined : limit * mebibyte,
      read: () => ({ rss: this.memory * mebibyte, outside: this.memory * mebibyte }),
    });
  }

  come(name: string, address = name): Place {
    const place = this.places.take(address);
    const sever = () => {
      this.severed.push(name);
      place.letGo();
    };
    place.occupy({ sever });
    return place;
  }

  /** Has so much, and lets the guard look. */
  have(memory: number): void {
    this.memory = memory;
    this.clock.standStill(1000);
    this.#guard.look();
  }
}

Deno.test("a guard looks once a second, ten times where somebody is unproven, and forty times from the first stranger on", async () => {
  const clock = new FakeClock();
  const places = new Places({ total: 1, perAddress: 1 });
  let looks = 0;
  const read = () => ({ rss: looks += 1, outside: 0 });
  const guard = new MemoryGuard({
    places,
    clock,
    activity: new Activity(),
    maxGrowth: 1,
    limit: undefined,
    read,
  });
  guard.start();
  await clock.advance(1000);
  assertEquals(looks, 1);
  await clock.advance(500);
  const place = places.take("a");
  assertEquals(looks, 2);
  await clock.advance(1000);
  assertEquals(looks, 42);
  place.settle("anonymous");
  await clock.advance(1025);
  assertEquals(looks, 53);
  guard.close();
  assertEquals(clock.pending, 0);
});

Deno.test("sudden growth costs the strangers their connections, the newest first, and nobody else", () => {
  const guarded = new Guarded();
  guarded.come("miner").settle("proven");
  guarded.come("reader").settle("anonymous");
  guarded.come("one");
  guarded.come("two");
  guarded.have(110);
  assertEquals(guarded.severed, []);
  guarded.have(200);
  assertEquals([guarded.severed, guarded.activity.evictions], [["two", "one"], { limit: 0, growth: 2 }]);
});

Deno.test("what grows slowly, or with the number of connections, costs nobody anything", () => {
  const guarded = new Guarded();
  guarded.come("stranger");
  for (let memory = 100; memory < 400; memory += 1) guarded.have(memory);
  for (let count = 0; count < 500; count += 1) guarded.come(`r${count}`).settle("anonymous");
  guarded.have(430);
  assertEquals(guarded.severed, []);
});

Deno.test("where there is no stranger, others who are anonymous go in halves, and only while it goes on growing", () => {
  const guarded = new Guarded();
  guarded.come("miner").settle("proven");
  for (let count = 0; count < 64; count += 1) guarded.come(`r${count}`).settle("anonymous");
  guarded.have(100);
  guarded.have(200);
  assertEquals([guarded.severed.length, guarded.severed[0]], [32, "r63"]);
  guarded.have(200);
  assertEquals(guarded.severed.length, 32);
  guarded.have(220);
  assertEquals(guarded.severed.length, 48);
});

Deno.test("near the limit those go whom the server knows least, however slowly it was reached", () => {
  const guarded = new Guarded(1000);
  guarded.come("miner").settle("proven");
  guarded.come("reader").settle("anonymous");
  guarded.come("stranger");
  for (let memory = 100; memory < 800; memory += 1) guarded.have(memory);
  assertEquals(guarded.severed, []);
  guarded.have(801);
  assertEquals([guarded.severed, guarded.activity.evictions.limit], [["stranger"], 1]);
  guarded.have(802);
  assertEquals(guarded.severed, ["stranger"]);
  guarded.have(815);
  assertEquals(guarded.severed, ["stranger"]);
  guarded.have(830);
  assertEquals(guarded.severed, ["stranger", "reader"]);
});

Deno.test("an address whose strangers were cut off has few more for a while, others as many as ever", () => {
  const guarded = new Guarded();
  guarded.come("stranger", "192.0.2.1");
  guarded.have(100);
  guarded.have(200);
  assertEquals(guarded.severed, ["stranger"]);
  const come = (address: string) => () => guarded.places.take(address);
  const ofIts = Array.from({ length: 8 }, come("192.0.2.1"));
  assertThrows(come("192.0.2.1"), Refusal, "8 from one address before authentication");
  for (let count = 0; count < 20; count += 1) come("192.0.2.2")();
  ofIts[0]?.settle("anonymous");
  come("192.0.2.1")();
  guarded.clock.standStill(30_000);
  come("192.0.2.1")();
});
