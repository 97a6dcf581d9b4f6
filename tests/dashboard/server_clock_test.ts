import { assertEquals } from "@std/assert";
import { ServerClock } from "../../lib/dashboard/model/server_clock.ts";

/** Clocks that are moved apart from one another, as sleep and corrections do. */
class TwoClocks {
  wall = 1_000_000;
  monotonic = 0;
  now = () => this.wall;
  elapsed = () => this.monotonic;
  after = () => ({ cancel() {} });

  pass(milliseconds: number): void {
    this.wall += milliseconds;
    this.monotonic += milliseconds;
  }
}

Deno.test("the server's clock goes on from what it last said, whatever this machine's says", () => {
  const clock = new TwoClocks();
  const server = new ServerClock(clock);
  assertEquals(server.now(), 1_000_000);
  server.set(5_000_000);
  clock.pass(2000);
  assertEquals(server.now(), 5_002_000);
  clock.wall -= 3_600_000;
  clock.pass(1000);
  assertEquals(server.now(), 5_003_000);
  server.atLeast(5_001_000);
  assertEquals(server.now(), 5_003_000);
  server.atLeast(5_004_000);
  assertEquals(server.now(), 5_004_000);
});

Deno.test("a machine that slept knows how long", () => {
  const clock = new TwoClocks();
  const server = new ServerClock(clock);
  server.set(5_000_000);
  clock.wall += 8 * 3_600_000;
  assertEquals(server.now(), 5_000_000 + 8 * 3_600_000);
});
