import { assertEquals } from "@std/assert";
import { Suspects } from "../../lib/validator/suspects.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

const source = (signer: string, address = "203.0.113.1") => ({ address, signer });

Deno.test("twenty bad signatures for a signer are put up with, and one more a second", async () => {
  const clock = new FakeClock();
  const suspects = new Suspects(clock);
  for (let count = 0; count < 20; count++) {
    assertEquals(suspects.wait(source("A")), 0);
    suspects.accuse(source("A"));
  }
  assertEquals(suspects.wait(source("A")), 1000);
  assertEquals([suspects.wait(source("B")), suspects.wait(source("A", "198.51.100.7"))], [0, 0]);
  await clock.advance(1000);
  assertEquals(suspects.wait(source("A")), 0);
});

Deno.test("an address that forges for many signers is stopped too, but not those proven from there", () => {
  const suspects = new Suspects(new FakeClock());
  suspects.prove(source("honest"));
  for (let count = 0; count < 100; count++) suspects.accuse(source(`victim${count}`));
  assertEquals(suspects.wait(source("another")), 200);
  assertEquals(suspects.wait(source("honest")), 0);
  assertEquals(suspects.wait(source("another", "198.51.100.7")), 0);
});

Deno.test("a proven signer takes turns for itself, the others of an address together", () => {
  const suspects = new Suspects(new FakeClock());
  assertEquals(suspects.turnOf(source("A")), suspects.turnOf(source("B")));
  suspects.prove(source("A"));
  assertEquals(suspects.turnOf(source("A")) === suspects.turnOf(source("B")), false);
});
