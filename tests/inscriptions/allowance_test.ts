import { assertEquals, assertRejects } from "@std/assert";
import { ApiKeyRepository, openEngine } from "../../lib/engine/mod.ts";
import { Allowance } from "../../lib/inscriptions/allowance.ts";
import { InscriptionError } from "../../lib/inscriptions/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

Deno.test("a key may have so many jobs and bytes on a day, each key its own, and a restart gives none back", async () => {
  using store = await openEngine(":memory:");
  const clock = new FakeClock(Date.parse("2026-11-21T23:00:00Z"));
  const repository = new ApiKeyRepository(store);
  const open = () => new Allowance({ repository, clock, jobsPerDay: 3, bytesPerDay: 1000 });
  const refusal = async (keyId: string, bytes: number) => {
    const error = await assertRejects(() => open().take(keyId, bytes), InscriptionError);
    return [error.code, error.status, error.message, error.retryAfterMs];
  };
  await open().take("a", 600);
  await assertRejects(() => open().check("a", 401), InscriptionError);
  assertEquals(await refusal("a", 401), [
    "quota_exceeded",
    429,
    "Cannot start job: daily limit exceeded: 401 bytes on top of 600 today, at most 1000 for one key",
    3_600_000,
  ]);
  await open().take("b", 1000);
  await open().take("a", 0);
  await open().take("a", 400);
  assertEquals(
    (await refusal("a", 0))[2],
    "Cannot start job: daily limit exceeded: 3 jobs today, at most 3 for one key",
  );
  await open().giveBack("a", 400);
  await open().take("a", 100);
  clock.setWall(3_600_000);
  await open().take("a", 1000);
});

Deno.test("jobs that start at once are counted each", async () => {
  using store = await openEngine(":memory:");
  const clock = new FakeClock();
  const allowance = new Allowance({
    repository: new ApiKeyRepository(store),
    clock,
    jobsPerDay: 5,
    bytesPerDay: 1000,
  });
  const taken = await Promise.allSettled(Array.from({ length: 8 }, () => allowance.take("a", 1)));
  assertEquals(taken.filter(({ status }) => status === "fulfilled").length, 5);
});
