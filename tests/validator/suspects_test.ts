import { assertEquals } from "@std/assert";
import { Suspects } from "../../lib/validator/suspects.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

function watched() {
  const clock = new FakeClock();
  const suspects = new Suspects(clock);
  const account = (signer: string, address = "203.0.113.1") => suspects.accountOf({ address }, signer);
  return { clock, suspects, account };
}

Deno.test("twenty bad signatures in a name are put up with, and one more a second", async () => {
  const { clock, account } = watched();
  for (let count = 0; count < 20; count++) {
    assertEquals(account("A").wait(), 0);
    account("A").accuse();
  }
  assertEquals(account("A").wait(), 1000);
  assertEquals([account("B").wait(), account("A", "198.51.100.7").wait()], [0, 0]);
  await clock.advance(1000);
  assertEquals(account("A").wait(), 0);
});

Deno.test("an address that forges in many names is stopped too, but not those proven from there", () => {
  const { account } = watched();
  account("honest").prove();
  for (let count = 0; count < 100; count++) account(`victim${count}`).accuse();
  assertEquals(account("another").wait(), 200);
  assertEquals(account("honest").wait(), 0);
  assertEquals(account("another", "198.51.100.7").wait(), 0);
});

Deno.test("who has proved itself from an address is not refused for what is claimed in its name there", () => {
  const { account } = watched();
  const waiting = account("A");
  for (let count = 0; count < 20; count++) account("A").accuse();
  assertEquals([account("A").wait(), waiting.wait()], [1000, 1000]);
  account("A").prove();
  for (let count = 0; count < 1000; count++) account("A").accuse();
  assertEquals([account("A").wait(), waiting.wait()], [0, 0]);
  assertEquals(account("B").wait(), 0);
});

Deno.test("a connection that has authenticated answers for its own bad signatures", () => {
  const { suspects, account } = watched();
  account("A").prove();
  const own = suspects.accountOf({ connection: "c1" }, "A");
  for (let count = 0; count < 20; count++) own.accuse();
  assertEquals([own.wait(), account("A").wait()], [1000, 0]);
  assertEquals(suspects.accountOf({ connection: "c2" }, "A").wait(), 0);
});

Deno.test("a proven signer takes turns for itself, the others of an address together", () => {
  const { account } = watched();
  assertEquals(account("A").turn, account("B").turn);
  account("A").prove();
  assertEquals(account("A").turn === account("B").turn, false);
});
